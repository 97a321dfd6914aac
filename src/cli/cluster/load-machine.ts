import { pathToFileURL } from "node:url";
import { keyValueMachine, replicatedService, type StateMachine } from "../../machines/index.ts";
import type { AnyService, ReplicaConfiguration } from "../../service/index.ts";
import { usage } from "../cli-error.ts";
import { registerHooks } from "../search/load-scenario.ts";

// biome-ignore lint/suspicious/noExplicitAny: a machine of the user's own; what goes through is plain data.
type AnyMachine = StateMachine<any, any, any, any, any>;

const isMachine = (value: unknown): value is AnyMachine =>
  typeof value === "object" &&
  value !== null &&
  ["init", "apply", "query"].every((name) => typeof (value as { [name: string]: unknown })[name] === "function");

const isService = (value: unknown): value is AnyService =>
  typeof value === "object" && value !== null && "machine" in value && isMachine(value.machine);

/** The service that a file of the user's own exports: a state machine, or what `replicate` made of one. */
const serviceIn = (exports: object, file: string): AnyService => {
  for (const value of Object.values(exports)) {
    if (isService(value)) return value;
    if (isMachine(value)) return replicatedService(value);
  }
  throw usage(`${file} exports no state machine: an object with name, version, init, apply and query`);
};

/** The service that replicas run: the user's own, or the key-value store. */
export const loadService = async ({
  machine: file,
  quotaBytes,
}: Pick<ReplicaConfiguration, "machine" | "quotaBytes">): Promise<AnyService> => {
  if (file === undefined) return replicatedService(keyValueMachine({ storeBytesMax: quotaBytes })) as AnyService;
  registerHooks(file);
  let exports: object;
  try {
    exports = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw usage(`${file} cannot be loaded: ${(cause as Error).message}`);
  }
  return serviceIn(exports, file);
};
