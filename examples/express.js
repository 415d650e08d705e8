import cors from "cors";
import express from "express";
import { checkFrom, makeGate, pagesFrom } from "./tokens.js";

const gate = makeGate(checkFrom(process.env));

async function signedIn(request, response, next) {
  const { user, status, headers, body } = await gate(request.get("authorization"));
  if (!user) return response.status(status).set(headers).json(body);
  request.user = user;
  next();
}

const app = express();
// before the gate, so that pages can read refusals as well
app.use(cors(pagesFrom(process.env)));

app.get("/courses", signedIn, (request, response) => {
  response.json({ courses: [], student: request.user.sub });
});

const server = app.listen(Number(process.env.PORT ?? 3001), "127.0.0.1", () => {
  console.log(`listens on http://127.0.0.1:${server.address().port}`);
});
