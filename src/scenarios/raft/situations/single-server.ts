import { type Configuration, figure2Rules, type RaftRules } from "../../../protocols/index.ts";
import type { Situation } from "./situation.ts";

const voterChanges = (before: Configuration, after: Configuration): number =>
  [...before.voters, ...after.voters].filter((node) => before.voters.includes(node) !== after.voters.includes(node))
    .length;

/** One voter is added or removed at a time, and that without a joint configuration (Ongaro 2014, 4.1). */
export const oneAtATime: Partial<RaftRules> = {
  ...figure2Rules,
  goesJoint: (before, after) => voterChanges(before, after) > 1,
};

/** As first published: a leader need not have committed anything in its term. */
const asPublished: Partial<RaftRules> = { ...oneAtATime, mayChangeMembers: () => true };

const like = "B34; Ongaro on raft-dev, 2015: bug in single-server membership changes";

/** What goes wrong without the rule, and that with it nothing does: by what the leader of term 2 is asked. */
const bothForms = (
  name: string,
  title: string,
  { servers, learners, asksS1, votersOfS2, asksS2, refused, helpers, votersOfS1, later }: Variant,
): readonly Situation[] => {
  const begin = `
      (s1 stands; settle)
      # s1 ${asksS1.says}. That entry stays with it${asksS1.reaches === "" ? "" : ` and ${asksS1.reaches}`}.
      s1 wants ${asksS1.wants}
      ${asksS1.reaches === "" ? "" : `(settle s1 ${asksS1.reaches})`}
      (lose the rest)
      # s2 is elected for term 2 by the voters as they were before, and ${asksS2.says}.
      (s2 is elected by ${votersOfS2})
      s2 wants ${asksS2.wants}`;
  return [
    {
      name: `${name}-as-published`,
      title: `${title}: two majorities that do not meet`,
      like,
      servers,
      options: { rules: asPublished, voters: [0, 1, 2, 3], learners },
      breaks: ["LeaderCompleteness", "StateMachineSafety"],
      play: `${begin}
      settle s2 ${helpers}
      then s2 has committed 3
      # The majority of ${helpers} and s2 is enough for that change, and another one for the change of s1.
      (lose the rest; s1 crashes; s1 recovers; s1 stands; settle s1 ${votersOfS1}; s1 is elected by ${votersOfS1})
      settle s1 ${votersOfS1}
      then s1 has committed 3
    `,
    },
    {
      name,
      title: `${title}: the leader waits until it has committed an entry of its term`,
      like,
      servers,
      options: { rules: oneAtATime, voters: [0, 1, 2, 3], learners },
      play: `${begin}
      then s2 has refused ${refused}: too early
      settle s2 ${votersOfS2}
      then s2 has committed 2
      s2 wants ${asksS2.wants}
      ${later}
      # Nobody of the old majority votes for s1 any more, whose entry is of an earlier term.
      (lose the rest; s1 crashes; s1 recovers; s1 stands; settle s1 ${votersOfS1}; s1 stands; settle s1 ${votersOfS1})
      then s1 is a candidate in term 3
    `,
    },
  ];
};

interface Variant {
  readonly servers: number;
  readonly learners: readonly number[];
  readonly asksS1: { readonly says: string; readonly wants: string; readonly reaches: string };
  readonly votersOfS2: string;
  readonly asksS2: { readonly says: string; readonly wants: string };
  readonly refused: string;
  /** With whom s2 commits its change under the new voters. */
  readonly helpers: string;
  /** With whom s1 commits its own under its new voters. */
  readonly votersOfS1: string;
  /** How the change is committed in the safe form. */
  readonly later: string;
}

/** Case B34: all three forms of the bug, and the rule that mends it. */
export const singleServer: readonly Situation[] = [
  ...bothForms("single-server-add-and-remove", "One server is added and another one removed", {
    servers: 5,
    learners: [4],
    asksS1: { says: "adds s5", wants: "voters s5", reaches: "s5" },
    votersOfS2: "s3 s4",
    asksS2: { says: "removes s1", wants: "without s1" },
    refused: "without s1",
    helpers: "s3",
    votersOfS1: "s4 s5",
    later: "settle s2 s3 s4",
  }),
  ...bothForms("single-server-two-adds", "Two servers are added", {
    servers: 6,
    learners: [4, 5],
    asksS1: { says: "adds s5", wants: "voters s5", reaches: "s5" },
    votersOfS2: "s3 s4",
    asksS2: { says: "adds s6", wants: "voters s6" },
    refused: "voters s6",
    helpers: "s3 s6",
    votersOfS1: "s4 s5",
    later: "settle s2 s3 s4 s6",
  }),
  ...bothForms("single-server-two-removes", "Two servers are removed", {
    servers: 4,
    learners: [],
    asksS1: { says: "removes s4", wants: "without s4", reaches: "" },
    votersOfS2: "s3 s4",
    asksS2: { says: "removes s3", wants: "without s3" },
    refused: "without s3",
    helpers: "s4",
    votersOfS1: "s3",
    later: "settle s2 s4",
  }),
];
