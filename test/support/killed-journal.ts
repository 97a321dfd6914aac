// A process that writes numbers down until its disk kills it with SIGKILL, at a write that its starter chose. It prints
// one line for each number that it acknowledged, and before that how many it found when it started.
import type { Log, Module, Port } from "../../src/model/index.ts";
import { stack } from "../../src/model/index.ts";
import { type Files, holdingFiles, NodeHost, nodeFiles } from "../../src/node/index.ts";
import { filesWith } from "./files-with.ts";

/** What the process is told. */
export interface KilledJournalOrders {
  readonly directory: string;
  /** The write to a file at which it is killed: after a part of a batch, when it is no multiple of `parts`. */
  readonly killAt: number;
  readonly parts: number;
  readonly lies: boolean;
  readonly segmentBytes: number;
}

interface Journal extends Port {
  readonly requests: { readonly add: (value: number) => void };
  readonly indications: {
    /** The number of values that were ever added, and whether those that are kept are the last of them. */
    readonly found: (count: number, isWhole: boolean) => void;
    readonly added: (value: number) => void;
  };
}

const journal: Module<{
  provides: Journal;
  uses: Record<never, never>;
  state: Record<never, never>;
  disk: { values: Log<number>; last: number; identity: string };
}> = {
  name: "journal",
  source: "a test",
  disk: { values: "log", last: -1, identity: "" },
  init: () => ({}),
  start(_s, io) {
    const { first, end } = io.disk.values;
    const kept = Array.from({ length: end - first }, (_, at) => io.disk.values.at(first + at));
    const isWhole =
      kept.every((value, at) => value === first + at) &&
      io.disk.last.value === end - 1 &&
      first === firstKept(end) &&
      io.disk.identity.value === (end === 0 ? "" : "set once");
    io.up.found(end, isWhole);
  },
  upon: {
    request: {
      add(_s, io, value) {
        // Set once, so that it has to be said again before its segment can go.
        if (value === 0) io.disk.identity.set("set once");
        io.disk.values.append(value);
        io.disk.last.set(value);
        io.disk.values.cutBefore(firstKept(value + 1));
        io.up.added(value);
      },
    },
  },
};

/** The log is cut now and then, so that its segments are freed. */
const firstKept = (end: number): number => Math.max(0, Math.floor(end / 100) * 100 - 300);

const killing = (files: Files, killAt: number): Files => {
  let writes = 0;
  return filesWith(files, (file) => ({
    writeDurably: async (bytes, offset) => {
      await file.writeDurably(bytes, offset);
      if (++writes === killAt) process.kill(process.pid, "SIGKILL");
    },
  }));
};

const say = (...words: readonly unknown[]): void => void process.stdout.write(`${words.join(" ")}\n`);

const main = async ({ directory, killAt, parts, lies, segmentBytes }: KilledJournalOrders): Promise<void> => {
  let next = 0;
  const host = await NodeHost.start({
    stack: stack(journal, {}),
    cluster: "journal",
    self: 0,
    addresses: new Map([[0, { host: "127.0.0.1", port: 0 }]]),
    directory,
    security: { kind: "open" },
    storage: { files: holdingFiles(killing(nodeFiles, killAt), { syncMs: 2, parts, lies }), segmentBytes },
    onIndication: (name, args) => {
      if (name === "added") return say("added", args[0]);
      next = args[0] as number;
      say("found", next, args[1] === true ? "whole" : "with holes");
    },
    onEvent: ({ kind }) => say("event", kind),
    onFailure: (error) => {
      throw error;
    },
  });
  setInterval(() => {
    for (let count = 0; count < 20; count++) host.request("add", next++);
  }, 1);
};

await main(JSON.parse(process.argv[2] ?? "") as KilledJournalOrders);
