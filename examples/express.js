import cors from "cors";
import express from "express";
import { checkFrom, makeGate, pagesFrom, refusalUnlessRecent } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(request, response, next) {
  const { user, status, headers, body } = await gate(request.get("authorization"));
  if (!user) return response.status(status).set(headers).json(body);
  request.user = user;
  next();
}

/** For what a stolen token must not do: after `signedIn`. */
function recently(request, response, next) {
  const refused = refusalUnlessRecent(request.user);
  if (refused) return response.status(refused.status).set(refused.headers).json(refused.body);
  next();
}

const app = express();
// before the gate, so that pages can read refusals as well
app.use(cors(pagesFrom(process.env)));

app.get("/courses", signedIn, (request, response) => {
  response.json({ courses: [], student: request.user.sub });
});

app.post("/grades", signedIn, recently, (request, response) => {
  response.json({ by: request.user.sub });
});

const server = app.listen(Number(process.env.PORT ?? 3001), "127.0.0.1", () => {
  console.log(`listens on http://127.0.0.1:${server.address().port}`);
});
