// Run by the image of MongoDB, in mongosh, when its volume is empty: makes the user that the service's URI names,
// with `readWrite` on the URI's database and nothing else.
// biome-ignore lint/style/useNodejsImportProtocol: this is MongoDB's shell, which documents the plain name
const secret = require("fs").readFileSync("/run/secrets/mongo_uri", "utf8");
const { username, password, pathname } = new URL(secret.trim());
const database = pathname.slice(1);
db.getSiblingDB(database).createUser({
  user: decodeURIComponent(username),
  pwd: decodeURIComponent(password),
  roles: [{ role: "readWrite", db: database }],
});
