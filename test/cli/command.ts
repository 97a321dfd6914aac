import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runCommandLine } from "../../dist/cli/command-line.js";

/** The command, as the tests call it: built, without the set-up of a clone. */
export const command: string = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A folder outside the repository. */
export const scratchFolder = (): string => mkdtempSync(join(tmpdir(), "quorate-cli-"));

/** What a finished command left. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run it. */
export interface RunIn {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What comes from stdin. */
  readonly input?: string;
}

/** Runs the command to its end. */
export const quorate = (args: readonly string[], { cwd, env = {}, input }: RunIn = {}): Finished => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd,
    ...(input === undefined ? {} : { input }),
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 50_000,
  });
  return { status, stdout, stderr };
};

/** Runs the command to its end in this process: for what has nothing to do with processes, a third of the time. */
export const quorateHere = async (args: readonly string[], { env = {} }: RunIn = {}): Promise<Finished> => {
  const texts = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      texts[name] += String(chunk);
      return true;
    }),
  );
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    const status = await runCommandLine(args);
    return { status, ...texts };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
};

/** Starts the command, with both streams as text. */
export const startQuorate = (
  args: readonly string[],
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } => {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const finished = new Promise<Finished>((resolve) =>
    child.on("close", (status) => resolve({ status, stdout, stderr })),
  );
  return { child, finished };
};

/** What a search as a process of its own takes here and now to start, look at little and end, in milliseconds. */
export const shortSearchMs = async (): Promise<number> => {
  const startedAt = performance.now();
  const { status } = await startQuorate(["explore", "reference/single-copy", "--json"]).finished;
  if (status !== 0) throw new Error(`a short search ended with ${status}`);
  return performance.now() - startedAt;
};

/** One complaint: a sentence behind the name of the command, no stack, the code of bad usage. */
export const isOneSentence = ({ stderr }: Finished): boolean =>
  /^quorate: \S.*[.!?`]\n$/.test(stderr) && !/\n\s+at /.test(stderr);
