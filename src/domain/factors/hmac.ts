/** HMAC (RFC 2104) with one hash function. */
export type Hmac = (key: Uint8Array, message: Uint8Array) => Uint8Array;
