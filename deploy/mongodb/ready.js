// The health check of the MongoDB container, in mongosh: makes the replica set once, and fails until it takes writes.
// biome-ignore lint/style/useNodejsImportProtocol: this is MongoDB's shell, which documents the plain name
const password = require("fs").readFileSync("/run/secrets/mongo_root_password", "utf8").trim();
db.getSiblingDB("admin").auth("root", password);
try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  // by the name that the service's URI has: the driver goes where the set says that its members are
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongodb:27017" }] });
}
quit(db.hello().isWritablePrimary ? 0 : 1);
