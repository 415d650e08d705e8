import { createHmac } from "node:crypto";
import type { Hmac } from "../../domain/factors/hmac.ts";

export const hmacSha1: Hmac = (key, message) => createHmac("sha1", key).update(message).digest();
export const hmacSha256: Hmac = (key, message) => createHmac("sha256", key).update(message).digest();
