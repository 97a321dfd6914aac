import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const children: ChildProcess[] = [];
afterAll(async () => {
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => {
          child.once("exit", resolve);
          child.kill("SIGINT");
        }),
    ),
  );
  rmSync(folder, { recursive: true, force: true });
});

const quorate = (...args: readonly string[]) =>
  spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8", timeout: 60_000 });

/** `quorate up`, until it has said that there is a leader. */
const up = (...args: readonly string[]): Promise<{ readonly replicas: readonly { readonly pid: number }[] }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, "up", "--json", ...args], { cwd: folder });
    children.push(child);
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.endsWith("}\n")) resolve(JSON.parse(text));
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    child.once("exit", (code) => reject(new Error(`up ended with ${code}: ${text}`)));
  });

describe("what the README says of a cluster", () => {
  it("brings one up, puts and gets a key, and does so when a replica was killed", async () => {
    const { replicas } = await up();
    expect(replicas).toHaveLength(3);
    expect(quorate("kv", "put", "greeting", "hello")).toMatchObject({ status: 0, stdout: "revision 2\n" });
    process.kill(replicas[0]!.pid, "SIGKILL");
    expect(quorate("kv", "get", "greeting")).toMatchObject({ status: 0, stdout: "hello\n", stderr: "" });
    const status = JSON.parse(quorate("status", "--json").stdout);
    expect(status.replicas.map(({ up: isUp }: { up: boolean }) => isUp)).toEqual([false, true, true]);
    expect(quorate("up")).toMatchObject({ status: 0 });
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
