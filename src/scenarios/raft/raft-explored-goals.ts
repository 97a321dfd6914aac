import type { Inspection } from "../../check/index.ts";
import type { NodeId } from "../../model/index.ts";
import type { RaftState } from "../../protocols/index.ts";
import type { Goal } from "../../simulate/index.ts";

/** A server's state. */
export const serverAt = (look: Inspection, node: NodeId): RaftState | undefined =>
  look.state(node, "log") as RaftState | undefined;

/** The terms of its log. */
export const termsAt = (look: Inspection, node: NodeId): readonly number[] =>
  (look.log(node, "log", "entries")?.entries ?? []).map((entry) => (entry as { readonly term: number }).term);

/** Who leads in which term, and what the logs are. */
interface Picture {
  readonly leader: NodeId;
  readonly term: number;
  readonly logs: readonly (readonly number[])[];
}

const shows = ({ leader, term, logs }: Picture, look: Inspection): boolean => {
  const server = serverAt(look, leader);
  if (server?.role !== "leader" || server.currentTerm !== term) return false;
  return logs.every((log, node) => log.join() === termsAt(look, node).join());
};

/** What servers are called. */
export const nameOf = (node: NodeId): string => `s${node + 1}`;

const textOf = ({ leader, term, logs }: Picture): string =>
  `${nameOf(leader)} leads in term ${term}: ${logs.map((log, node) => `${nameOf(node)}: ${log.join(" ") || "empty"}`).join(", ")}`;

/** Figure 8 with three servers, where the first entry of each leader is its own: what it looks like half-way. */
export const figure8: readonly Goal[] = [
  { leader: 0, term: 1, logs: [[1], [], []] },
  { leader: 2, term: 2, logs: [[1], [], [2]] },
  { leader: 0, term: 3, logs: [[1, 3], [], [2]] },
].map((picture, at) => ({
  id: `figure-8-${"abc"[at]}`,
  text: textOf(picture),
  reached: (look) => shows(picture, look),
  avoids: {
    text: `somebody is in a term after ${picture.term}, or a log has what the picture has not`,
    states: (look) =>
      picture.logs.some((log, node) => {
        const own = termsAt(look, node);
        const isAway = own.length > log.length || own.some((term, place) => term !== log[place]);
        return isAway || (serverAt(look, node)?.currentTerm ?? 0) > picture.term;
      }),
  },
}));

/** Somebody takes an entry for committed that one of three servers has not heard of: what comes of it when one crashes? */
export const committedByTwo: Goal = {
  id: "committed-by-two",
  text: "s1 leads in term 1 and takes its first entry for committed, and s3 has heard nothing",
  reached: (look) => (serverAt(look, 0)?.commitIndex ?? 0) > 0,
  avoids: {
    text: "somebody else stands, s3 has heard something, or a server is down",
    states: (look) =>
      [0, 1, 2].some((node) => {
        const { currentTerm, role } = serverAt(look, node) ?? { currentTerm: 9, role: "follower" };
        return currentTerm > (node === 2 ? 0 : 1) || (node === 1 && role !== "follower");
      }),
  },
};

/** Who has a change of members in its log, which the configuration in force there is. */
const hasChange = (look: Inspection, node: NodeId): boolean => (serverAt(look, node)?.configurations.length ?? 1) > 1;

const isAhead = (look: Inspection, term: number, changing: readonly NodeId[], nodes: readonly NodeId[]): boolean =>
  nodes.some(
    (node) => (serverAt(look, node)?.currentTerm ?? 9) > term || (!changing.includes(node) && hasChange(look, node)),
  );

/** Two leaders in a row with a change of members that nobody else has heard of: what becomes of the two? */
export const twoChanges = (n: number): readonly Goal[] => {
  const nodes = Array.from({ length: n }, (_, node) => node);
  return [0, 1].map((leader) => {
    const term = leader + 1;
    const changing = nodes.slice(0, term);
    const others = nodes.slice(term);
    return {
      id: `change-of-${nameOf(leader)}`,
      text: `${nameOf(leader)} leads in term ${term}, and there are changes of members in the logs of ${changing.map(nameOf).join(" and ")} alone`,
      reached: (look) => {
        const server = serverAt(look, leader);
        if (server?.role !== "leader" || server.currentTerm !== term) return false;
        return changing.every((node) => hasChange(look, node)) && !others.some((node) => hasChange(look, node));
      },
      avoids: {
        text: `somebody is down or in a term after ${term}, or there are changes in other logs`,
        states: (look) => isAhead(look, term, changing, nodes),
      },
    };
  });
};
