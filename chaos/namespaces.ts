import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { CutKind } from "./cutting-proxy.ts";
import type { Network } from "./network.ts";

const run = promisify(execFile);

/** Says that this process already has the network of a run to itself. */
const insideVariable = "QUORATE_CHAOS_NAMESPACE";
const hub = "hub";
const membersPerOctet = 250;

/** Ids of new replicas grow without end in a long run; addresses are a row of /16. */
const addressOfMember = (id: number): string =>
  `10.77.${1 + Math.floor(id / membersPerOctet)}.${1 + (id % membersPerOctet)}`;

const tools: readonly (readonly string[])[] = [
  ["unshare", "--version"],
  ["nsenter", "--version"],
  ["ip", "-V"],
  ["ss", "-V"],
];
const own = ["--user", "--map-root-user", "--net"] as const;

/** Why no namespaces can be had here, or null. */
const whyNot = (): string | null => {
  for (const [tool, ...args] of tools)
    if (spawnSync(tool!, args).status !== 0) return `there is no ${tool}: install util-linux and iproute2`;
  const { status, stderr } = spawnSync("unshare", [...own, "ip", "link", "add", hub, "type", "bridge"], {
    encoding: "utf8",
  });
  return status === 0 ? null : `the kernel does not permit them (${stderr.trim()})`;
};

/**
 * Runs this command once more, in a network of its own: what it makes there nobody else sees, nothing of the machine's
 * network is touched, and all of it is gone when it ends. Null where it is there already.
 *
 * @throws Error saying why the kernel does not permit it.
 */
export const enterOwnNetwork = async (): Promise<number | null> => {
  if (process.env[insideVariable] !== undefined) return null;
  const why = whyNot();
  if (why !== null) throw new Error(why);
  const child = spawn("unshare", [...own, process.execPath, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, [insideVariable]: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
};

/**
 * Each replica in a network namespace of its own, all plugged into one bridge. A cut is a route that leads nowhere, in both
 * namespaces; where both ends shall notice, the kernel ends the connections too.
 */
export class Namespaces implements Network {
  /** Processes that do nothing: a namespace lives as long as somebody is in it, and replicas come and go. */
  readonly #holders = new Map<number, ChildProcess>();

  private constructor() {}

  static async open(): Promise<Namespaces> {
    await run("ip", ["link", "set", "lo", "up"]);
    await run("ip", ["link", "add", hub, "type", "bridge"]);
    await run("ip", ["address", "add", "10.77.0.1/16", "dev", hub]);
    await run("ip", ["link", "set", hub, "up"]);
    return new Namespaces();
  }

  async attach(id: number): Promise<void> {
    // It ends when its input does, with this process.
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo up; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
    this.#holders.set(id, holder);
    await once(holder.stdout!, "data");
    const name = `member${id}`;
    await run("ip", ["link", "add", name, "type", "veth", "peer", "name", "wire", "netns", String(holder.pid)]);
    await run("ip", ["link", "set", name, "master", hub, "up"]);
    await this.#inside(id, ["ip", "link", "set", "lo", "up"]);
    await this.#inside(id, ["ip", "address", "add", `${addressOfMember(id)}/16`, "dev", "wire"]);
    await this.#inside(id, ["ip", "link", "set", "wire", "up"]);
  }

  hostOf(id: number): string {
    return addressOfMember(id);
  }

  async wayTo(_from: number, to: number, port: number): Promise<string> {
    return `${addressOfMember(to)}:${port}`;
  }

  prefixOf(id: number): readonly string[] {
    return ["nsenter", "--target", String(this.#holders.get(id)!.pid), "--net"];
  }

  async cut(one: number, other: number, kind: CutKind): Promise<void> {
    const ends = [
      [one, other],
      [other, one],
    ] as const;
    await Promise.all(ends.map(([at, to]) => this.#inside(at, ["ip", "route", "replace", "blackhole", routeTo(to)])));
    if (kind === "reset")
      await Promise.all(ends.map(([at, to]) => this.#inside(at, ["ss", "-Kt", "dst", addressOfMember(to)])));
  }

  async heal(one: number, other: number): Promise<void> {
    // Two hands strike: the other one may have healed it already.
    await this.#inside(one, ["ip", "route", "del", "blackhole", routeTo(other)]).catch(() => undefined);
    await this.#inside(other, ["ip", "route", "del", "blackhole", routeTo(one)]).catch(() => undefined);
  }

  close(): void {
    for (const holder of this.#holders.values()) holder.stdin!.end();
  }

  async #inside(id: number, command: readonly string[]): Promise<void> {
    const [tool, ...args] = [...this.prefixOf(id), ...command];
    await run(tool!, args);
  }
}

const routeTo = (id: number): string => `${addressOfMember(id)}/32`;
