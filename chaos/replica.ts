// One replica of a chaos run, as a process of its own: the server that `quorate serve` runs, on a disk that loses what was
// not synced when the process is killed, and that can be filled.

import { keyValueMachine, replicatedService } from "quorate/machines";
import { DiskFullError, holdingFiles, nodeFiles, StorageFailedError } from "quorate/node";
import { type AnyService, ReplicaServer, readReplicaConfiguration } from "#service";
import { fillingFiles } from "./filling-files.ts";
import { exitStorage, type ReplicaCommand, type ReplicaOrders, type ReplicaReportLine } from "./orders.ts";

const exitFault = 70;
const standingMs = 50;

/** While the run is gone nobody hears, and this process ends too. */
const tell = (line: ReplicaReportLine): void => {
  if (process.connected) process.send!(line);
};

const end = (error: Error): void => {
  const { code = error.name } = error as { readonly code?: string };
  const exitCode = error instanceof DiskFullError || error instanceof StorageFailedError ? exitStorage : exitFault;
  const line: ReplicaReportLine = { kind: "failed", code, message: error.stack ?? error.message };
  if (process.connected) process.send!(line, () => process.exit(exitCode));
  else process.exit(exitCode);
};

const main = async (orders: ReplicaOrders): Promise<void> => {
  const { file, broken, syncMs, parts, snapshotEvery, entriesKept } = orders;
  const disk = fillingFiles(nodeFiles);
  process.on("disconnect", () => process.exit(0));
  process.on("message", ({ kind }: ReplicaCommand) => {
    if (kind === "fill the disk") disk.fill();
  });
  const server = await ReplicaServer.start({
    configuration: readReplicaConfiguration(file),
    service: replicatedService(keyValueMachine(), { hashEvery: 64, replica: { snapshotEvery } }) as AnyService,
    raft: {
      entriesKept,
      // It answers reads without asking whether it still leads, and never looks whether a quorum follows it.
      ...(broken === "stale-reads" ? { rules: { readsAskQuorum: () => false, checksQuorum: () => false } } : {}),
    },
    storage: {
      files: holdingFiles(disk.files, { syncMs, parts, lies: broken === "no-sync" }),
      segmentBytes: 256 * 1024,
    },
    onMark: (_module, name) => tell({ kind: "mark", name }),
    onEvent: (event) =>
      tell(event.kind === "diverged" ? { kind: "diverged", index: event.index } : { kind: "event", name: event.kind }),
    onFailure: end,
  });
  tell({ kind: "serving" });
  setInterval(() => {
    // The state of the store always has a hash.
    const { role, term, commit, hashedAt, stateHash, configuration } = server.status();
    tell({ kind: "standing", standing: { role, term, commit, hashedAt, stateHash: stateHash!, ...configuration } });
  }, standingMs);
};

process.on("uncaughtException", end);
process.on("unhandledRejection", (reason) => end(reason as Error));
await main(JSON.parse(process.argv[2]!) as ReplicaOrders);
