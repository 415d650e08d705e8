import { decodeJwt, decodeProtectedHeader } from "jose";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { passlibPbkdf2 } from "../../src/adapters/passlib/pbkdf2.ts";
import { callOther } from "../support/api.ts";
import { startOldServer } from "../support/flask/old-server.ts";
import { hasPython } from "../support/python.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";

const person = { username: "testUser", email: "test@user.com", password: "password" };
const { email, password } = person;

/** The server in the tests of the move is the old server, as in its README. */
describe.skipIf(!mongoServer || !hasPython("flask-jwt-3"))("the old server", () => {
  const uri = freshDatabase();
  let client: MongoClient;
  let old: ServerProcess;
  let tokens: { access_token: string; refresh_token: string };

  const ask = (request: string, token?: string) =>
    callOther(old.url, request, token === undefined ? {} : { token });
  const token = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);

  beforeAll(async () => {
    client = new MongoClient(uri);
    old = await startOldServer(uri);
    const answer = await callOther(old.url, "POST /api/register", { json: person });
    expect(answer).toMatchObject({ status: 201 });
    tokens = answer.body;
  });
  afterAll(async () => {
    await old.end();
    await client.close();
    await dropDatabase(uri);
  });

  it("answers registering and logging in as it is pictured", async () => {
    const names = { username: "testUser", access_token: token, refresh_token: token };
    expect(tokens).toEqual({ ...names, message: "User with email test@user.com was created" });
    for (const body of [{ json: { email, password } }, { form: { email, password } }]) {
      const answer = await callOther(old.url, "POST /api/login", body);
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toEqual({ ...names, message: "Logged in as test@user.com" });
    }
  });

  it("refuses what is missing, wrong or taken", async () => {
    const blank = "This Field Cannot be blank";
    const refusals: [request: string, json: object, status: number, message: unknown][] = [
      ["POST /api/register", { email }, 400, { username: blank, password: blank }],
      ["POST /api/login", {}, 400, { email: blank, password: blank }],
      ["POST /api/login", { email, password: "passwort" }, 401, "Authentication failed"],
      ["POST /api/login", { email: "no@user.com", password }, 401, "Authentication failed"],
      ["POST /api/register", person, 401, "This Username is already taken!"],
      ["POST /api/register", { ...person, username: "other" }, 401, "this email is already taken"],
    ];
    for (const [request, json, status, message] of refusals) {
      expect(await callOther(old.url, request, { json })).toMatchObject({ status, body: { message } });
    }
  });

  it("mints the tokens that are described, refreshes again and again, and revokes each alone", async () => {
    const { access_token: access, refresh_token: refresh } = tokens;
    for (const minted of [access, refresh]) {
      expect(decodeProtectedHeader(minted)).toEqual({ typ: "JWT", alg: "HS256" });
    }
    expect(shapeOf(access)).toEqual({
      claims: ["exp", "fresh", "iat", "identity", "jti", "nbf", "type"],
      life: 86_400,
    });
    expect(shapeOf(refresh)).toEqual({
      claims: ["exp", "iat", "identity", "jti", "nbf", "type"],
      life: 30 * 86_400,
    });
    expect(decodeJwt(access)).toMatchObject({ identity: email, type: "access", fresh: false });
    expect(decodeJwt(refresh)).toMatchObject({ identity: email, type: "refresh" });

    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await ask("POST /api/token/refresh", refresh);
      expect(status).toBe(200);
      const message = "Logged in as test@user.com";
      expect(body).toEqual({ username: "testUser", message, access_token: token });
    }
    const revoked = await ask("POST /api/logout/access", access);
    expect(revoked).toMatchObject({ status: 200, body: { message: "Access token has been Revoked" } });
    expect((await ask("POST /api/logout/access", access)).status).toBe(401);
    const ended = await ask("POST /api/logout/refresh", refresh);
    expect(ended).toMatchObject({ status: 200, body: { message: "refresh token has been Revoked" } });
    expect((await ask("POST /api/token/refresh", refresh)).status).toBe(401);
  });

  it("leaves the documents that are described", async () => {
    const users = await client.db().collection("user").find().toArray();
    expect(users).toEqual([
      {
        _id: expect.anything(),
        username: "testUser",
        email,
        password: expect.any(String),
        createdAt: expect.any(Date),
      },
    ]);
    expect(users[0]?.password).toMatch(/^\$pbkdf2-sha256\$29000\$/);
    expect(await passlibPbkdf2.verify(users[0]?.password, password)).toBe(true);
    const jtis = [tokens.access_token, tokens.refresh_token].map((minted) => decodeJwt(minted).jti);
    const entries = await client.db().collection("j_w_t_blacklist").find().toArray();
    expect(entries).toEqual(jtis.map((jti) => ({ _id: expect.anything(), jti })));
  });
});

function shapeOf(minted: string) {
  const claims = decodeJwt(minted);
  return { claims: Object.keys(claims).sort(), life: (claims.exp ?? 0) - (claims.iat ?? 0) };
}
