import { expect, it } from "vitest";
import { loadCommonPasswords } from "../../../src/adapters/zxcvbn/common-passwords.ts";

it("knows common passwords however they are spelt, and no others", async () => {
  const isCommon = await loadCommonPasswords();
  for (const password of ["password", "PassWord", " 12345678 ", "ｐａｓｓｗｏｒｄ", "iloveyou"]) {
    expect([password, isCommon(password)]).toEqual([password, true]);
  }
  for (const password of ["correct horse battery", "", "x".repeat(5_000)]) {
    expect([password, isCommon(password)]).toEqual([password, false]);
  }
});
