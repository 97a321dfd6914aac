import { createRequire, syncBuiltinESMExports } from "node:module";

const time =
  'a handler knows time only as io.clock("monotonic") and io.clock("wall"), a state machine as turn.timeMs, in ' +
  "milliseconds; keep a time as such a number";
const chance =
  "draw with io.random(name, below), so that a seed gives the same run again; for jitter give a timer a range of delays";
const timers = "declare a timer and set it with io.timers.NAME.set(delayMs); its handler is upon.timer.NAME";
const outside = "a protocol reaches other processes only through its ports";

/** What a protocol must not use, and what it uses instead. */
const remedies: readonly (readonly [string, readonly string[], string])[] = [
  ["Math", ["random"], chance],
  ["crypto", ["randomUUID", "getRandomValues"], chance],
  ["performance", ["now", "timeOrigin"], time],
  ["process", ["hrtime", "uptime"], time],
  ["process", ["nextTick"], timers],
  [
    "",
    ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "clearTimeout", "clearInterval", "clearImmediate"],
    timers,
  ],
  ["", ["fetch", "WebSocket", "EventSource", "BroadcastChannel"], outside],
];

/** The same by the names of node: modules, which hand out the same functions. */
const moduleRemedies: readonly (readonly [string, readonly string[], string])[] = [
  ["node:crypto", ["randomUUID", "randomBytes", "randomInt", "getRandomValues", "randomFillSync"], chance],
  ["node:timers", ["setTimeout", "setInterval", "setImmediate"], timers],
  ["node:timers/promises", ["setTimeout", "setInterval", "setImmediate"], timers],
];

/** Thrown where somebody's protocol or state machine uses what it must not: no run could be repeated. */
export class ForbiddenGlobalError extends Error {
  override readonly name: string = "ForbiddenGlobalError";
  /** By this a state machine's host knows it, which must not take it for an error of one command. */
  readonly code: "FORBIDDEN_GLOBAL" = "FORBIDDEN_GLOBAL";
}

const refusal = (name: string, remedy: string): (() => never) => {
  return () => {
    throw new ForbiddenGlobalError(`${name} is not for protocols: ${remedy}`);
  };
};

const forbid = (owner: object, ownerName: string, names: readonly string[], remedy: string): void => {
  for (const name of names) {
    // Some of a node: module's names are fixed; those are the web's own objects, which are refused as such.
    if (!(name in owner) || Object.getOwnPropertyDescriptor(owner, name)?.configurable === false) continue;
    const refuse = refusal(ownerName === "" ? name : `${ownerName}.${name}`, remedy);
    const value =
      typeof (owner as { [key: string]: unknown })[name] === "function" ? { value: refuse } : { get: refuse };
    Object.defineProperty(owner, name, { configurable: true, ...value });
  }
};

/** A Date that may be named (for `instanceof`) and does nothing. */
const forbiddenDate = (): DateConstructor => {
  const refuse = refusal("Date", time);
  for (const name of ["now", "parse", "UTC"]) Object.defineProperty(Date, name, { value: refuse });
  return new Proxy(Date, { apply: refuse, construct: refuse });
};

let forbidden = false;

/**
 * From here on this thread has no chance, clock, timer or network but those of `io`: using one throws a sentence that
 * names what to use instead. Hosts keep the originals that they took before.
 */
export const forbidGlobals = (): void => {
  if (forbidden) return;
  forbidden = true;
  const globals = globalThis as unknown as { readonly [name: string]: object | undefined };
  for (const [owner, names, remedy] of remedies) {
    const object = owner === "" ? globalThis : globals[owner];
    if (object !== undefined) forbid(object, owner, names, remedy);
  }
  const require = createRequire(import.meta.url);
  for (const [name, names, remedy] of moduleRemedies) forbid(require(name) as object, name.slice(5), names, remedy);
  syncBuiltinESMExports();
  Object.defineProperty(globalThis, "Date", { configurable: true, writable: true, value: forbiddenDate() });
};
