import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { describeMongoUri, readMongoUri } from "../../../src/adapters/mongodb/uri.ts";

describe("mongodb: a URI", () => {
  it.each([
    ["mongodb://localhost", "localhost:27017/connect_auth"],
    ["mongodb://localhost/", "localhost:27017/connect_auth"],
    ["mongodb://localhost/?w=1", "localhost:27017/connect_auth"],
    ["mongodb://localhost:1234/accounts", "localhost:1234/accounts"],
    ["mongodb://localhost/test", "localhost:27017/test"],
    ["mongodb://localhost/caf%C3%A9?retryWrites=true", "localhost:27017/café"],
    [
      "mongodb://ada:open%2Fsesame@a.example,b.example:1/accounts?authSource=admin",
      "a.example:27017,b.example:1/accounts",
    ],
    ["mongodb+srv://ada:open%40sesame@cluster.example/accounts", "cluster.example/accounts"],
    ["mongodb+srv://cluster.example", "cluster.example/connect_auth"],
    ["mongodb://[::1]:1234/accounts", "[::1]:1234/accounts"],
  ])("is shown without what is secret: %s", (uri, shown) => {
    expect(describeMongoUri(uri)).toBe(shown);
  });

  it.each([
    "mongodb://ada:open:sesame@localhost",
    "mongodb://ada:open@sesame@localhost",
    "mongodb://ada:open/sesame@localhost",
    "mongodb://ada:sesame?@localhost",
    "mongodb://ada@sesame:open@localhost",
    "mongodb://ada:open%sesame@localhost",
    "mongodb://ada/sesame@localhost",
    "mongodb://:sesame@localhost",
    "mongodb://ada:sesame@",
    "mongodb://ada:sesame@localhost:port",
    "mongodb://ada:sesame@localhost:99999",
    "mongodb://ada:sesame@local host/%zz",
    "mongodb://ada:sesame@localhost/?tls=sesame",
    "mongodb://localhost/?authMechanism=sesame",
    "mongodb+srv://ada:sesame@cluster.example:1",
    "mongodb+srv://ada:sesame@a.example,b.example",
    "http://ada:sesame@localhost",
    "ada:sesame@localhost",
    "sesame",
    "",
  ])("is refused, and what is secret is not repeated: %s", (uri) => {
    const refusal = refusalOf(uri);
    expect(refusal.message).toMatch(/^This is not a MongoDB URI that can be used: ./);
    expect(inspect(refusal, { depth: Infinity })).not.toMatch(/sesame/i);
  });

  it.each([
    ["mongodb://ada:sesame@localhost/?retrywrite=true", /option retrywrite is not supported/],
    ["mongodb+srv://ada:sesame@cluster.example:1", /mongodb\+srv:\/\/user:password@name\/database/],
    ["postgres://localhost", /mongodb:\/\//],
  ])("is refused with the reason: %s", (uri, reason) => {
    expect(refusalOf(uri).message).toMatch(reason);
  });
});

function refusalOf(uri: string): Error {
  try {
    readMongoUri(uri);
  } catch (error) {
    return error as Error;
  }
  throw new Error("It was taken");
}
