import { describe, expect, it } from "vitest";
import { isOneAddress, readSender } from "../../../src/adapters/nodemailer/address.ts";
import { HOSTILE_ADDRESSES } from "./hostile-addresses.ts";

describe("one address", () => {
  it.each(HOSTILE_ADDRESSES)("is not %j", (text) => {
    expect(isOneAddress(text)).toBe(false);
    expect(readSender(`Connect <${text}>`)).toBeUndefined();
  });

  it.each([
    "ada@example.org",
    "ada+tag.o'hara@mail.example.org",
    "!#$%&'*+/=?^_`{|}~-@example.org",
    "zoë@xn--caf-dma.example",
    "auth@localhost",
  ])("is %s", (text) => {
    expect(isOneAddress(text)).toBe(true);
  });
});

describe("a sender", () => {
  it.each([
    ["auth@example.org", "", "auth@example.org"],
    ["Connect <auth@example.org>", "Connect", "auth@example.org"],
    ["HBTU, Connect  <auth@example.org>", "HBTU, Connect", "auth@example.org"],
    ['"HBTU, Connect" <auth@example.org>', "HBTU, Connect", "auth@example.org"],
  ])("is read from %s", (text, name, address) => {
    expect(readSender(text)).toEqual({ name, address });
  });

  it.each([
    "Connect\r\nBcc: eve@example.org <auth@example.org>",
    "Connect\u0000 <auth@example.org>",
    "Connect <auth@example.org> more",
    "Connect <auth@example.org",
    '"Connect <auth@example.org>',
    "Eve <eve@example.org> <auth@example.org>",
    "Connect",
  ])("is not read from %j", (text) => {
    expect(readSender(text)).toBeUndefined();
  });
});
