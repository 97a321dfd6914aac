import { setTimeout as sleep } from "node:timers/promises";
import { KeyValueClient, OperatorError, setClusterMember } from "#service";
import type { Cluster } from "./cluster.ts";
import type { CutKind } from "./cutting-proxy.ts";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";

/** What a fault strikes with. */
export interface FaultContext {
  readonly cluster: Cluster;
  readonly random: Random;
  readonly tally: Tally;
  readonly snapshotEvery: number;
  readonly entriesKept: number;
  /** The longest that a replica is down, paused or cut off, in milliseconds. */
  readonly outageMsMax: number;
}

/** Strikes, and mends what it broke. */
export type Fault = (context: FaultContext) => Promise<void>;

const outageMsMin = 200;
const electionMs: { readonly [kind in CutKind]: number } = { reset: 300, silent: 2_000 };
const diskMs = 3_000;
const awayMsMax = 8_000;
const learnMsMax = 10_000;
/** Entries that come while a snapshot is written. */
const compactionEntries = 30;
const movesMax = 4;
const removalsMax = 5;

/** The leader, once there is one; whoever runs if none comes. */
const awaitLeader = async ({ cluster, random }: FaultContext): Promise<number> => {
  for (let look = 0; look < 100; look++) {
    const { leader } = cluster;
    if (leader !== null) return leader;
    await sleep(50);
  }
  return random.pick(cluster.members);
};

const aFollower = async (context: FaultContext): Promise<number> => {
  const leader = await awaitLeader(context);
  return context.random.pick(context.cluster.members.filter((id) => id !== leader));
};

/** As long as something is down, paused or cut off. */
const outage = ({ random, outageMsMax }: FaultContext): Promise<void> =>
  sleep(random.between(outageMsMin, outageMsMax));

const killAndRestart = async (context: FaultContext, id: number): Promise<void> => {
  await context.cluster.kill(id);
  await outage(context);
  await context.cluster.startOne(id);
};

const killLeader: Fault = async (context) => {
  const leader = await awaitLeader(context);
  context.tally.add("kills of the leader");
  await killAndRestart(context, leader);
};

const killFollower: Fault = async (context) => {
  const id = await aFollower(context);
  context.tally.add("kills of followers");
  await killAndRestart(context, id);
};

/** Away for so long that the leader no longer has what it lacks: it must be sent a snapshot. */
const killUntilCompacted: Fault = async (context) => {
  const { cluster, tally, snapshotEvery, entriesKept } = context;
  const id = await aFollower(context);
  const commitNow = (): number => Math.max(0, ...[...cluster.standings.values()].map(({ commit }) => commit));
  tally.add("kills of followers");
  await cluster.kill(id);
  const enough = commitNow() + snapshotEvery + entriesKept + compactionEntries;
  const until = performance.now() + awayMsMax;
  while (commitNow() < enough && performance.now() < until) await sleep(50);
  await cluster.startOne(id);
};

/** As when the power fails: what no disk has is gone. */
const killAll: Fault = async (context) => {
  const { cluster, tally } = context;
  tally.add("kills of all at once");
  const killed = cluster.running;
  await Promise.all(killed.map((id) => cluster.kill(id)));
  await outage(context);
  await Promise.all(killed.map((id) => cluster.startOne(id)));
};

const pause = async (context: FaultContext, id: number): Promise<void> => {
  context.cluster.pause(id);
  await outage(context);
  context.cluster.resume(id);
};

const pauseLeader: Fault = async (context) => {
  const leader = await awaitLeader(context);
  context.tally.add("pauses of the leader");
  await pause(context, leader);
};

const pauseFollower: Fault = async (context) => {
  const id = await aFollower(context);
  context.tally.add("pauses of followers");
  await pause(context, id);
};

const cutFrom = async (context: FaultContext, id: number, others: readonly number[], kind: CutKind): Promise<void> => {
  const { cluster } = context;
  for (const other of others) await cluster.cut(id, other, kind);
  await outage(context);
  // Long enough for an election: where nobody is told the others wait for their timeout first.
  await sleep(electionMs[kind]);
  for (const other of others) await cluster.heal(id, other);
};

const cutLeaderOff = async (context: FaultContext, kind: CutKind): Promise<void> => {
  const leader = await awaitLeader(context);
  context.tally.add("cuts of the leader");
  const others = context.cluster.members.filter((id) => id !== leader);
  await cutFrom(context, leader, others, kind);
};

/** Its sessions end: another one leads at once, and it does not know. */
const cutLeader: Fault = (context) => cutLeaderOff(context, "reset");

/** Its messages are lost: another one leads after an election timeout. */
const silenceLeader: Fault = (context) => cutLeaderOff(context, "silent");

/** From all others, or from one of them only: then somebody still sees both. */
const cutFollower: Fault = async (context) => {
  const { cluster, random, tally } = context;
  const id = await aFollower(context);
  const others = cluster.members.filter((other) => other !== id);
  tally.add("cuts of followers");
  await cutFrom(context, id, random.below(2) === 0 ? others : [random.pick(others)], random.pick(["reset", "silent"]));
};

const fillDisk: Fault = async (context) => {
  const { cluster, random, tally } = context;
  const id = random.below(2) === 0 ? await awaitLeader(context) : await aFollower(context);
  const end = await cluster.fillDisk(id, diskMs);
  if (end?.code === 74) tally.add("full disks");
  // One that had nothing to write in this time has not noticed; its disk stays full until it is started again.
  else await cluster.kill(id);
  await outage(context);
  await cluster.startOne(id);
};

/** What an operator asks may fail while faults strike; then nothing is counted. */
const asOperator = async (
  { cluster }: FaultContext,
  act: (connection: KeyValueClient["connection"]) => Promise<void>,
): Promise<void> => {
  await using client = await KeyValueClient.open({ cluster: cluster.clusterFile });
  try {
    await act(client.connection);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
  }
};

/** An election or another fault may come between: then it is tried again, with whoever follows then. */
const moveLeadership: Fault = async (context) => {
  const { cluster, tally } = context;
  for (let attempt = 0; attempt < movesMax; attempt++) {
    const to = await aFollower(context);
    await asOperator(context, (connection) => connection.transferLeadership(to));
    for (let look = 0; look < 20 && cluster.leader !== to; look++) await sleep(50);
    if (cluster.leader === to) return tally.add("leadership moved");
  }
};

/** Tries for a while: a change is refused while another one, or an election, is under way. */
const insist = async (act: () => Promise<void>): Promise<void> => {
  const until = performance.now() + learnMsMax;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof OperatorError) || performance.now() > until) throw error;
      await sleep(100);
    }
  }
};

/** A new replica learns, votes, and goes again. */
const addAndRemove: Fault = async (context) => {
  const { cluster, tally, random } = context;
  const { id, peer, client } = await cluster.prepareMember();
  await asOperator(context, async (connection) => {
    await insist(() => connection.setAddress(id, { peer, client }));
    await insist(() => connection.changeMembers({ learners: [id] }));
    tally.add("members added");
    // Operators find it when it leads.
    setClusterMember(cluster.clusterFile, id, client);
    await cluster.startOne(id);
    await insist(() => connection.changeMembers({ voters: [id] }));
    tally.add("members promoted");
    await sleep(random.between(100, 1_000));
  });
  await removeMember(context, id);
};

/** Takes a replica out of the cluster for good, then ends its process; one that still counts for majorities goes on. */
const removeMember = async (context: FaultContext, id: number): Promise<void> => {
  const { cluster, tally } = context;
  for (let attempt = 0; attempt < removalsMax && cluster.isRunning(id); attempt++)
    await asOperator(context, async (connection) => {
      await insist(() => connection.changeMembers({ removed: [id] }));
      await insist(() => connection.setAddress(id, null));
      tally.add("members removed");
      setClusterMember(cluster.clusterFile, id, null);
      await cluster.kill(id);
    });
};

/** A voter becomes a learner, and votes again; whoever a change before left behind too. */
const demoteAndPromote: Fault = async (context) => {
  const { cluster, tally, random } = context;
  const id = await aFollower(context);
  await asOperator(context, async (connection) => {
    await insist(() => connection.changeMembers({ learners: [id] }));
    tally.add("members demoted");
    await sleep(random.between(100, 600));
  });
  await asOperator(context, async (connection) => {
    await insist(() => connection.changeMembers({ voters: cluster.members }));
    tally.add("members promoted");
  });
};

/** All of them. A round strikes with each once, in an order that is drawn. */
export const faults: readonly Fault[] = [
  killLeader,
  killFollower,
  killUntilCompacted,
  killAll,
  pauseLeader,
  pauseFollower,
  cutLeader,
  silenceLeader,
  cutFollower,
  fillDisk,
  moveLeadership,
  addAndRemove,
  demoteAndPromote,
];

/** Those that may strike while another one does. */
export const overlapping: readonly Fault[] = [
  killLeader,
  killFollower,
  pauseLeader,
  pauseFollower,
  cutLeader,
  silenceLeader,
  cutFollower,
  fillDisk,
  moveLeadership,
];
