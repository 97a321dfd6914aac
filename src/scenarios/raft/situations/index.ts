import { elections } from "./elections.ts";
import { membership } from "./membership.ts";
import { reads } from "./reads.ts";
import { replication } from "./replication.ts";
import { singleServer } from "./single-server.ts";
import type { Situation } from "./situation.ts";
import { snapshots } from "./snapshots.ts";
import { storage } from "./storage.ts";

export { type Performance, perform } from "./perform.ts";
export type { Situation } from "./situation.ts";

/** Every situation of Raft that is played by hand. */
export const raftSituations: readonly Situation[] = [
  ...elections,
  ...replication,
  ...storage,
  ...snapshots,
  ...membership,
  ...reads,
  ...singleServer,
];
