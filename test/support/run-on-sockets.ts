import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Prospect } from "../../src/check/index.ts";
import { seeded } from "../../src/model/index.ts";
import { type Address, BareHost, type IssuedCertificates, issueCertificates, NodeHost } from "../../src/node/index.ts";
import type { Prepared, Violation } from "../../src/simulate/index.ts";
import { Recorder } from "../../src/simulate/recorder.ts";
import { drawFrom, type Running, Workload } from "../../src/simulate/workload.ts";

/** Ports that were free a moment ago. */
export const freeAddresses = async (n: number): Promise<Address[]> => {
  const servers = await Promise.all(
    Array.from({ length: n }, async () => {
      const server = createServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const addresses = servers.map((server) => ({ host: "127.0.0.1", port: (server.address() as { port: number }).port }));
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return addresses;
};

/** How a run on sockets went. */
export interface SocketRun {
  readonly violations: readonly Violation[];
  readonly exercised: ReadonlyMap<string, number>;
  /** Requests that were made, indications that came: the run was not empty. */
  readonly calls: number;
  readonly answers: number;
}

/** Either host, as this run uses it. */
interface Runnable {
  readonly start: () => Promise<void>;
  readonly request: (name: string, ...args: readonly unknown[]) => void;
  readonly stop: () => Promise<void>;
  /** Whether it reaches all others; the bare host keeps what is sent until it does. */
  readonly isLinked: () => boolean;
}

const bare = (options: ConstructorParameters<typeof BareHost>[0]): Runnable => {
  const host = new BareHost(options);
  return {
    start: () => host.start(),
    request: (name, ...args) => host.request(name, ...args),
    stop: () => host.stop(),
    isLinked: () => true,
  };
};

const durable = (
  options: ConstructorParameters<typeof BareHost>[0],
  certificates: Promise<IssuedCertificates> | null,
): Runnable => {
  const { stack, self, addresses, directory, keys, onAnswer, onInside, onFailure } = options;
  let host: NodeHost | null = null;
  return {
    start: async () => {
      host = await NodeHost.start({
        stack,
        cluster: "scenario",
        self,
        addresses: new Map(addresses.map((address, id) => [id, address])),
        directory: join(directory, `member-${self}`),
        security:
          certificates === null ? { kind: "open" } : { kind: "tls", ...(await certificates).members.get(self)! },
        onIndication: onAnswer,
        onFailure,
        ...(onInside === undefined ? {} : { onInside }),
        ...(keys === undefined
          ? {}
          : { signing: { own: keys.own, all: new Map(keys.all.map((key, id) => [id, key])) } }),
      });
    },
    request: (name, ...args) => host?.request(name, ...args),
    stop: async () => host?.kill(),
    isLinked: () => host?.metrics().sessionsOpen === addresses.length - 1,
  };
};

/**
 * Runs a scenario, unchanged, on the bare host, or on the durable one: the same stacks, the same workload, the same
 * properties, on real TCP and real files. The only fault is the stop of `stopped` after a while, if one is named. What is
 * still owed when the time is over is a violation.
 */
export const runOnSockets = async (
  prepared: Prepared,
  timeLimitMs: number,
  stopped?: number,
  kind: "bare" | "durable" | "durable, over TLS" = "bare",
): Promise<SocketRun> => {
  const { setup, model, parameters } = prepared;
  const nodes = setup.processes.map((_, id) => id);
  const recorder = new Recorder(setup.properties, { nodes, model, parameters }, { trace: false, cover: "outside" });
  const workload = new Workload(setup.workload(drawFrom(seeded(1))), seeded(1));
  const directory = mkdtempSync(join(tmpdir(), "quorate-bare-host-"));
  const keys = nodes.map(() => generateKeyPairSync("ed25519"));
  const addresses = await freeAddresses(nodes.length);
  const started = performance.now();
  let failure: unknown = null;
  let calls = 0;
  let answers = 0;
  const at = (): number => performance.now() - started;
  const observe = (
    kind: "request" | "indication" | "crash",
    node: number,
    path: string,
    name: string,
    args: readonly unknown[],
  ): void => {
    const event = recorder.number();
    recorder.observe({
      kind,
      event,
      node,
      incarnation: 0,
      at: at(),
      monotonic: at(),
      wall: Date.now(),
      path,
      name,
      args,
    });
  };
  const call = (running: Running): void => {
    const next = workload.peek(running);
    if (next === undefined) return;
    setTimeout(() => {
      if (workload.peek(running) !== next) return;
      const { request, args, until } = workload.made(running);
      calls++;
      observe("request", running.node, "", request, args);
      hosts[running.node]!.request(request, ...args);
      if (until === undefined) call(running);
    }, next.afterMs ?? 0);
  };
  const certificates =
    kind === "durable, over TLS"
      ? issueCertificates({ cluster: "scenario", directory: join(directory, "certificates"), members: nodes })
      : null;
  const run = (options: ConstructorParameters<typeof BareHost>[0]): Runnable =>
    kind === "bare" ? bare(options) : durable(options, certificates);
  const hosts = setup.processes.map(({ stack }, self) =>
    run({
      stack,
      self,
      addresses,
      directory,
      keys: { own: keys[self]!.privateKey, all: keys.map(({ publicKey }) => publicKey) },
      onAnswer: (name, args) => {
        answers++;
        observe("indication", self, "", name, args);
        for (const running of workload.answered(self, name)) call(running);
      },
      onInside: (kind, path, name, args) => path !== "" && observe(kind, self, path, name, args),
      onFailure: (error) => {
        failure ??= error;
      },
    }),
  );
  const prospect = (): Prospect => ({ correct: nodes.filter((node) => node !== stopped), at: at(), healed: true });
  const made = (): boolean => workload.scripts.every(({ over, next, script }) => over || next >= script.calls.length);
  try {
    await Promise.all(hosts.map((host) => host.start()));
    while (!hosts.every((host) => host.isLinked())) await sleep(5);
    for (const running of workload.scripts) call(running);
    if (stopped !== undefined) {
      await sleep(300);
      await hosts[stopped]!.stop();
      observe("crash", stopped, "", "", []);
    }
    while (at() < timeLimitMs && failure === null && (!made() || recorder.owes(prospect()))) await sleep(20);
    recorder.finish(prospect(), true);
    if (failure !== null) throw failure;
    return { violations: recorder.violations, exercised: recorder.exercised(), calls, answers };
  } finally {
    await Promise.all(hosts.map((host) => host.stop()));
    rmSync(directory, { recursive: true });
  }
};
