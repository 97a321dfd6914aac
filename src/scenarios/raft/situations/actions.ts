import { assert, type NodeId } from "../../../model/index.ts";
import type { MembershipChange } from "../../../protocols/index.ts";
import type { Form, Parts } from "./forms.ts";
import type { Flight, Stage } from "./stage.ts";
import { nameOf } from "./words.ts";

type Act = (stage: Stage, parts: Parts) => void;

const settleMax = 10_000;

/** Delivers among these until nothing is under way among them, by messages of these kinds or any. */
const settle = (stage: Stage, among: readonly NodeId[], kinds?: readonly string[]): void => {
  const isHeard = ({ from, to, message }: Flight): boolean =>
    among.includes(from) && among.includes(to) && (kinds === undefined || kinds.includes(message.kind));
  for (let delivered = 0; delivered < settleMax; delivered++) {
    const next = stage.flights.find(isHeard);
    if (next === undefined) return;
    stage.deliver(next);
  }
  throw new Error("the servers never come to rest");
};

const everybody = (stage: Stage): readonly NodeId[] => stage.servers.map(({ id }) => id);

/** What is under way now, and fits. A play that means messages of which there are none is wrong. */
const underWay = (stage: Stage, fits: (flight: Flight) => boolean): readonly Flight[] => {
  const found = stage.flights.filter(fits);
  assert(found.length > 0, "no such message is under way");
  return found;
};

const each = (stage: Stage, fits: (flight: Flight) => boolean, does: (flight: Flight) => void): void => {
  for (const flight of underWay(stage, fits)) does(flight);
};

/** Stands for election when the timeout is over: a server that hears of a leader misses it first. */
const stand = (stage: Stage, node: NodeId): void => {
  if (stage.servers[node]?.isArmed("silence") === true) stage.fire(node, "silence");
  stage.fire(node, "election");
};

const votes = ["RequestPreVote", "RequestPreVoteReply", "RequestVote", "RequestVoteReply"];

const changeOf = (words: readonly string[]): MembershipChange => {
  const change: { voters: NodeId[]; learners: NodeId[]; removed: NodeId[] } = { voters: [], learners: [], removed: [] };
  let part: NodeId[] = change.voters;
  for (const word of words.map((one) => one.replace(/,$/, ""))) {
    if (word === "voters") part = change.voters;
    else if (word === "learners") part = change.learners;
    else if (word === "without") part = change.removed;
    else part.push(Number(word.slice(1)) - 1);
  }
  return change;
};

const form = (text: string, does: Act): Form<Act> => ({ form: text, does });

/** What happens on a stage, line by line. */
export const actions: readonly Form<Act>[] = [
  form("S stands", (stage, { s }) => stand(stage, s)),
  form("S is elected by LIST", (stage, { s, list }) => {
    stand(stage, s);
    settle(stage, [s, ...list], votes);
    assert(stage.servers[s]!.state.role === "leader", `${nameOf(s)} is not elected`);
  }),
  form("S misses its leader", (stage, { s }) => stage.fire(s, "silence")),
  form("S beats", (stage, { s }) => stage.fire(s, "heartbeat")),
  form("S checks its quorum", (stage, { s }) => stage.fire(s, "quorum")),
  form("S gives its change up", (stage, { s }) => stage.fire(s, "catchUp")),
  form("S gives its hand-over up", (stage, { s }) => stage.fire(s, "transfer")),
  form("S proposes WORDS", (stage, { s, words }) =>
    stage.request(
      s,
      words.map((command) => ({ name: "propose", argument: command, label: command })),
    ),
  ),
  form("S is asked to read, for WORDS", (stage, { s, words }) =>
    stage.request(
      s,
      words.map((label) => ({ name: "read", argument: undefined, label })),
    ),
  ),
  form("S wants WORDS", (stage, { s, words }) =>
    stage.request(s, [{ name: "changeMembers", argument: changeOf(words), label: words.join(" ") }]),
  ),
  form("S hands over to TO", (stage, { s, to }) =>
    stage.request(s, [{ name: "transferLeadership", argument: to, label: `hand-over to ${nameOf(to)}` }]),
  ),
  form("S saves a snapshot", (stage, { s }) => stage.saveSnapshot(s)),
  form("S crashes", (stage, { s }) => stage.crash(s)),
  form("S recovers", (stage, { s }) => stage.recover(s)),
  form("the disks of LIST wait", (stage, { list }) => {
    for (const node of list) stage.hold(node, true);
  }),
  form("the disks of LIST go on", (stage, { list }) => {
    for (const node of list) stage.hold(node, false);
  }),
  form("the disk of S writes once", (stage, { s }) => stage.syncOne(s)),
  form("the session of S and TO ends", (stage, { s, to }) => stage.endSession(s, to)),
  form("LIST hear nothing", (stage, { list }) => stage.cut(list, everybody(stage))),
  form("LIST and OTHERS do not hear each other", (stage, { list, others }) => stage.cut(list, others)),
  form("all hear each other", (stage) => stage.mend()),
  form("N ms pass", (stage, { n }) => {
    stage.clockMs += n;
  }),
  form("settle", (stage) => settle(stage, everybody(stage))),
  form("settle LIST", (stage, { list }) => settle(stage, list)),
  form("deliver to LIST", (stage, { list }) =>
    each(
      stage,
      ({ to }) => list.includes(to),
      (flight) => stage.deliver(flight),
    ),
  ),
  form("deliver KIND to LIST", (stage, { list, kind }) =>
    each(
      stage,
      ({ to, message }) => list.includes(to) && message.kind === kind,
      (flight) => stage.deliver(flight),
    ),
  ),
  form("deliver from LIST to OTHERS", (stage, { list, others }) =>
    each(
      stage,
      ({ from, to }) => list.includes(from) && others.includes(to),
      (flight) => stage.deliver(flight),
    ),
  ),
  form("deliver the last message to S", (stage, { s }) => {
    const last = underWay(stage, ({ to }) => to === s).at(-1)!;
    stage.deliver(last);
  }),
  form("lose to LIST", (stage, { list }) =>
    each(
      stage,
      ({ to }) => list.includes(to),
      (flight) => stage.lose(flight),
    ),
  ),
  form("lose the rest", (stage) =>
    each(
      stage,
      () => true,
      (flight) => stage.lose(flight),
    ),
  ),
];
