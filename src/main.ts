#!/usr/bin/env node
import { ConfigError, EXIT_CONFIG, readConfig, readDotEnv } from "./composition/config.ts";
import { startService } from "./composition/service.ts";
import { StartError } from "./composition/start-error.ts";

try {
  const config = readConfig(process.env, readDotEnv());
  for (const warning of config.warnings) console.error(`warning: ${warning}`);
  const service = await startService(config);
  console.log(
    [
      `HBTU Connect Auth listens on ${service.address}`,
      `  storage  ${service.storage}`,
      `  tokens   ${service.keys}`,
      `  issuer   ${config.ISSUER}`,
    ].join("\n"),
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void service.stop());
} catch (error) {
  console.error(error instanceof ConfigError || error instanceof StartError ? error.message : error);
  process.exitCode = error instanceof ConfigError ? EXIT_CONFIG : 1;
}
