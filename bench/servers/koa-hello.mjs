import Koa from "koa";

/** The upper bound for Koa: one fixed answer and nothing else. Prints its address. */
const server = new Koa()
  .use((ctx) => {
    ctx.body = { message: "hello" };
  })
  .listen(0, "127.0.0.1", () => console.log(`listens on http://127.0.0.1:${server.address().port}`));
