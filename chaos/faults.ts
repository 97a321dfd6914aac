import { setTimeout as sleep } from "node:timers/promises";
import { KeyValueClient, OperatorError } from "#service";
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
}

/** Strikes, and mends what it broke. */
export type Fault = (context: FaultContext) => Promise<void>;

const downMs = [50, 800] as const;
const pauseMs = [200, 2_500] as const;
const cutMs = [400, 2_500] as const;
const diskMs = 3_000;
const awayMsMax = 8_000;
const learnMsMax = 10_000;
const movesMax = 4;

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

const killAndRestart = async ({ cluster, random }: FaultContext, id: number): Promise<void> => {
  await cluster.kill(id);
  await sleep(random.between(...downMs));
  await cluster.startOne(id);
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
  const enough = commitNow() + snapshotEvery + entriesKept + 100;
  const until = performance.now() + awayMsMax;
  while (commitNow() < enough && performance.now() < until) await sleep(50);
  await cluster.startOne(id);
};

/** As when the power fails: what no disk has is gone. */
const killAll: Fault = async ({ cluster, random, tally }) => {
  tally.add("kills of all at once");
  const killed = cluster.running;
  await Promise.all(killed.map((id) => cluster.kill(id)));
  await sleep(random.between(...downMs));
  await Promise.all(killed.map((id) => cluster.startOne(id)));
};

const pause = async ({ cluster, random }: FaultContext, id: number): Promise<void> => {
  cluster.pause(id);
  await sleep(random.between(...pauseMs));
  cluster.resume(id);
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

const cutFrom = async ({ cluster, random }: FaultContext, id: number, others: readonly number[]): Promise<void> => {
  const kind: CutKind = random.pick(["reset", "silent"]);
  for (const other of others) cluster.cut(id, other, kind);
  await sleep(random.between(...cutMs));
  for (const other of others) cluster.heal(id, other);
};

const cutLeader: Fault = async (context) => {
  const leader = await awaitLeader(context);
  context.tally.add("cuts of the leader");
  await cutFrom(
    context,
    leader,
    context.cluster.members.filter((id) => id !== leader),
  );
};

/** From all others, or from one of them only: then somebody still sees both. */
const cutFollower: Fault = async (context) => {
  const { cluster, random } = context;
  const id = await aFollower(context);
  const others = cluster.members.filter((other) => other !== id);
  context.tally.add("cuts of followers");
  await cutFrom(context, id, random.below(2) === 0 ? others : [random.pick(others)]);
};

const fillDisk: Fault = async (context) => {
  const { cluster, random, tally } = context;
  const id = random.below(2) === 0 ? await awaitLeader(context) : await aFollower(context);
  const end = await cluster.fillDisk(id, diskMs);
  if (end?.code === 74) tally.add("full disks");
  // One that had nothing to write in this time has not noticed; its disk stays full until it is started again.
  else await cluster.kill(id);
  await sleep(random.between(...downMs));
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
    await cluster.startOne(id);
    await insist(() => connection.changeMembers({ voters: [id] }));
    tally.add("members promoted");
    await sleep(random.between(100, 1_000));
  });
  // It must be out in the end, or it would count for majorities without being there.
  await removeMember(context, id);
};

/** Takes a replica out of the cluster for good, then ends its process. */
const removeMember = async (context: FaultContext, id: number): Promise<void> => {
  await asOperator(context, async (connection) => {
    await insist(() => connection.changeMembers({ removed: [id] }));
    await insist(() => connection.setAddress(id, null));
    context.tally.add("members removed");
  });
  await context.cluster.kill(id);
};

/** A voter becomes a learner, and votes again. */
const demoteAndPromote: Fault = async (context) => {
  const { tally, random } = context;
  const id = await aFollower(context);
  await asOperator(context, async (connection) => {
    await insist(() => connection.changeMembers({ learners: [id] }));
    tally.add("members demoted");
    await sleep(random.between(100, 600));
  });
  await asOperator(context, async (connection) => {
    await insist(() => connection.changeMembers({ voters: [id] }));
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
  cutFollower,
  fillDisk,
  moveLeadership,
];
