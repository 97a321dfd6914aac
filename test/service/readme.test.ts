import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { ServiceConnection } from "../../src/service/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = join(root, "dist", "cli", "main.js");
const readme = readFileSync(join(root, "README.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "quorate-readme-"));
// A user's project: there is a file, and the package.
writeFileSync(join(folder, "bank.ts"), /```ts name=bank\.ts\n([\s\S]*?)```/.exec(readme)![1]!);
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));

interface Up {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it said so far. */
  readonly said: () => string;
}

const ups: Up[] = [];
afterAll(async () => {
  for (const { child } of ups) child.kill("SIGINT");
  await Promise.all(ups.map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
});

/** What the status of each replica has, whether or not it is reached. */
const statusFields = "applied commit endpoint hashedAt id pid role start stateHash term".split(" ");

const quorate = (...args: readonly string[]) =>
  spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8", timeout: 60_000 });

interface Said {
  readonly alreadyRunning: boolean;
  readonly replicas: readonly { readonly pid: number; readonly endpoint: string; readonly start: string }[];
}

/** `quorate up`, until it has said that there is a leader. */
const up = (...args: readonly string[]): Promise<Said> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, "up", "--json", ...args], { cwd: folder });
    let text = "";
    const ended = new Promise<number | null>((end) => child.once("close", end));
    ups.push({ child, ended, said: () => text });
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.endsWith("}\n")) resolve(JSON.parse(text));
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    void ended.then((code) => reject(new Error(`up ended with ${code}: ${text}`)));
  });

describe("what the README says of a cluster", () => {
  it("brings one up, puts and gets a key, and does so when a replica was killed", async () => {
    // Whoever comes second finds what the first one makes, even in the same moment.
    const [one, other] = await Promise.all([up(), up()]);
    expect([one.alreadyRunning, other.alreadyRunning].sort()).toEqual([false, true]);
    expect(other.replicas).toEqual(one.replicas);
    const { replicas } = one;
    expect(replicas).toHaveLength(3);
    expect(quorate("kv", "put", "greeting", "hello")).toMatchObject({ status: 0, stdout: "revision 2\n" });
    process.kill(replicas[0]!.pid, "SIGKILL");
    expect(quorate("kv", "get", "greeting")).toMatchObject({ status: 0, stdout: "hello\n", stderr: "" });
    expect(quorate("kv", "get", "greet", "--prefix")).toMatchObject({ status: 0, stdout: "greeting\thello\n" });
    const status = JSON.parse(quorate("status", "--json").stdout);
    expect(Object.keys(status)).toEqual(["cluster", "leader", "replicas"]);
    for (const replica of status.replicas) expect(Object.keys(replica).sort()).toEqual(statusFields);
    expect(status.replicas[0]).toMatchObject({ endpoint: replicas[0]!.endpoint, pid: null, role: null });
    expect(status.replicas[0].start).toBe("npx quorate serve --config quorate-data/replica-0.json");
    expect(status.replicas[1]).toMatchObject({ pid: replicas[1]!.pid, start: replicas[1]!.start });
  });

  it("stays until it is told to stop, also when every replica was killed", async () => {
    // The one that came second ends by itself, maybe later than this.
    const first = ups.find(({ said }) => said().includes('"alreadyRunning": false'))!;
    const pids = JSON.parse(quorate("status", "--json").stdout).replicas.flatMap(({ pid }: { pid: number | null }) =>
      pid === null ? [] : [pid],
    );
    for (const pid of pids) process.kill(pid, "SIGKILL");
    while (first.said().split("was ended by SIGKILL").length <= 3 && first.child.exitCode === null) await sleep(20);
    await sleep(50);
    expect(first.child.exitCode).toBeNull();
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
  });

  it("runs a state machine of one's own in the simulator and as processes, unchanged", async () => {
    const run = quorate("run", "bank.ts", "--runs", "20");
    expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/✔ LIN +holds/)]);
    await up("--machine", "bank.ts", "--data", "bank-data");
    await using bank = await ServiceConnection.open<object, string, string, number>({
      cluster: join(folder, "bank-data", "cluster.json"),
    });
    expect(await bank.execute({ from: "alice", to: "bob", amount: 30 })).toBe("done");
    expect(await bank.execute({ from: "bob", to: "alice", amount: 31 })).toBe("not enough");
    expect([await bank.query("alice"), await bank.query("bob")]).toEqual([70, 30]);
  });
});
