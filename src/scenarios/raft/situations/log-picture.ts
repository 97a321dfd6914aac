import { raftProperties } from "../../../check/index.ts";
import { network, stack } from "../../../model/index.ts";
import { figure2Rules, type RaftState, raft } from "../../../protocols/index.ts";
import { type AnyScenario, type Goal, scenario } from "../../../simulate/index.ts";
import { bareSessions } from "../bare-sessions.ts";

/** Logs of servers, as a lecture draws them: the terms of the entries of each, from index 1 on. */
export type LogPicture = readonly (readonly number[])[];

type Look = Parameters<Goal["reached"]>[0];

const termsIn = (look: Look, node: number): readonly number[] =>
  (look.log(node, "", "entries")?.entries ?? []).map((entry) => (entry as { readonly term: number }).term);

const isPrefix = (part: readonly number[], whole: readonly number[]): boolean =>
  part.length <= whole.length && part.every((term, at) => term === whole[at]);

/** States that only lead away from a picture: a log with an entry that is not in it, or a later term. */
const away = (logs: LogPicture, term: number): NonNullable<Goal["avoids"]> => ({
  text: `a log has an entry that is not in the picture, or a server a term after ${term}`,
  states: (look) =>
    logs.some(
      (log, node) => !isPrefix(termsIn(look, node), log) || (look.state(node, "") as RaftState).currentTerm > term,
    ),
});

/** What the logs were when the leader of a term had put its first entry into its own, and what they came to in it. */
const goalsOfTerm = (picture: LogPicture, term: number): readonly Goal[] => {
  const logs = picture.map((log) => log.filter((each) => each <= term));
  const avoids = away(logs, term);
  const begins = (look: Look, node: number): boolean => {
    const { role, currentTerm } = look.state(node, "") as RaftState;
    return role === "leader" && currentTerm === term && termsIn(look, node).at(-1) === term;
  };
  return [
    {
      id: `begins-${term}`,
      text: `a leader of term ${term} has its first entry`,
      reached: (look) => logs.some((log, node) => log.includes(term) && begins(look, node)),
      avoids,
    },
    {
      id: `term-${term}`,
      text: logs.map((log, node) => `s${node + 1}: ${log.join(" ")}`).join(", "),
      reached: (look) => logs.every((log, node) => log.join() === termsIn(look, node).join()),
      avoids,
    },
  ];
};

/**
 * The pictures on the way to one of logs, in the order in which they come, for terms only grow: of each term first that it
 * begins, then what the logs are by its end. A search for one does not go on from states that lead away; entries that come
 * and are overwritten are not looked for.
 */
export const goalsOfLogs = (picture: LogPicture): readonly Goal[] =>
  [...new Set(picture.flat())].sort((one, other) => one - other).flatMap((term) => goalsOfTerm(picture, term));

/** Servers of Raft by the rules of figure 2, one command for the last of them, and the way to a picture of their logs. */
export const logsScenario = (id: string, title: string, picture: LogPicture): AnyScenario => {
  const goals = goalsOfLogs(picture);
  const ids = goals.map((goal) => goal.id);
  const stages = `--stages ${ids.slice(0, -1).join()} --goal ${ids.at(-1)}`;
  return scenario({
    id,
    rows: [63, 64],
    title,
    about: `A question of MIT's lectures: could these logs be? The first entry of a term is its leader's own. \`npx quorate explore ${id} ${stages} --timeouts 7\` looks for a run that leads to the picture, and draws it.`,
    model: { network: "reliable", nodes: "crash-recovery", timing: "asynchronous" },
    parameters: {},
    setup: () => {
      const one = stack(raft<string, string>({ rules: figure2Rules }), {
        sessions: stack(bareSessions(), { links: network("raft") }),
      });
      return {
        processes: picture.map((_, node) => ({ name: `s${node + 1}`, stack: one })),
        workload: () => [{ node: picture.length - 1, calls: [{ request: "propose", args: [1, "x"] }] }],
        properties: raftProperties(""),
        goals,
        faults: { crashes: 0 },
      };
    },
  });
};

/** Case B32. */
export const couldTheseLogsBe: AnyScenario = logsScenario(
  "raft/could-these-logs-be",
  "Three logs: 3, 3 3 4 and 3 3 5",
  [[3], [3, 3, 4], [3, 3, 5]],
);
