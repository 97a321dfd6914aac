// A process that writes numbers down until its disk kills it with SIGKILL, at a write that its starter chose. It prints
// one line for each number that it acknowledged, and before that how many it found when it started.
import type { Log, Module, Port } from "../../src/model/index.ts";
import { stack } from "../../src/model/index.ts";
import { type Files, holdingFiles, NodeHost, nodeFiles } from "../../src/node/index.ts";

/** What the process is told. */
export interface KilledJournalOrders {
  readonly directory: string;
  /** The write to a file at which it is killed: after a part of a batch, when it is no multiple of `parts`. */
  readonly killAt: number;
  readonly parts: number;
  readonly lies: boolean;
}

interface Journal extends Port {
  readonly requests: { readonly add: (value: number) => void };
  readonly indications: {
    readonly found: (values: readonly number[]) => void;
    readonly added: (value: number) => void;
  };
}

const journal: Module<{
  provides: Journal;
  uses: Record<never, never>;
  state: Record<never, never>;
  disk: { values: Log<number> };
}> = {
  name: "journal",
  source: "a test",
  disk: { values: "log" },
  init: () => ({}),
  start(_s, io) {
    const { first, end } = io.disk.values;
    io.up.found(Array.from({ length: end - first }, (_, at) => io.disk.values.at(first + at)));
  },
  upon: {
    request: {
      add(_s, io, value) {
        io.disk.values.append(value);
        io.up.added(value);
      },
    },
  },
};

const killing = (files: Files, killAt: number): Files => {
  let writes = 0;
  return {
    ...files,
    open: async (path) => {
      const file = await files.open(path);
      return {
        writeDurably: async (bytes, offset) => {
          await file.writeDurably(bytes, offset);
          if (++writes === killAt) process.kill(process.pid, "SIGKILL");
        },
        reserve: (offset, length) => file.reserve(offset, length),
        read: (into, offset) => file.read(into, offset),
        size: () => file.size(),
        truncate: (length) => file.truncate(length),
        sync: () => file.sync(),
        close: () => file.close(),
      };
    },
  };
};

const say = (...words: readonly unknown[]): void => void process.stdout.write(`${words.join(" ")}\n`);

const main = async ({ directory, killAt, parts, lies }: KilledJournalOrders): Promise<void> => {
  let next = 0;
  const host = await NodeHost.start({
    stack: stack(journal, {}),
    cluster: "journal",
    self: 0,
    addresses: new Map([[0, { host: "127.0.0.1", port: 0 }]]),
    directory,
    security: { kind: "open" },
    storage: { files: holdingFiles(killing(nodeFiles, killAt), { syncMs: 2, parts, lies }), segmentBytes: 65_536 },
    onIndication: (name, args) => {
      if (name === "added") return say("added", args[0]);
      const values = args[0] as readonly number[];
      next = values.length;
      say("found", next, values.every((value, at) => value === at) ? "whole" : "with holes");
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
