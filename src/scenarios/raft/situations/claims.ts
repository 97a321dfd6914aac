import type { NodeId } from "../../../model/index.ts";
import type { Entry, TermAndVote } from "../../../protocols/index.ts";
import type { Form, Parts } from "./forms.ts";
import type { Stage } from "./stage.ts";
import { membersText, nameOf, roleText } from "./words.ts";

/** What is the case, in the words in which a play would claim it. */
type Fact = (stage: Stage, parts: Parts) => string;

const orNothing = (words: readonly string[]): string => (words.length === 0 ? "nothing" : words.join(" "));

const role: Fact = (stage, { s }) => `${nameOf(s)} ${roleText(stage.servers[s]!.state)}`;

/** `s2 holds 1 1 2`, of a log that begins behind a snapshot of index 3 `s2 holds ..3 2`. */
const logText = (stage: Stage, node: NodeId): string => {
  const { first, entries } = stage.servers[node]!.log;
  const terms = entries.map((entry) => `${(entry as Entry<string>).term}`);
  return orNothing(first > 1 ? [`..${first - 1}`, ...terms] : terms);
};

const progressText = (stage: Stage, { s, to }: Parts): string => {
  const progress = stage.servers[s]!.state.leading?.progress[to];
  return progress === null || progress === undefined
    ? `${nameOf(s)} does not see ${nameOf(to)}`
    : `${nameOf(s)} sees ${nameOf(to)} in ${progress.phase} at ${progress.matchIndex}`;
};

const voteText = (stage: Stage, { s }: Parts): string => {
  const { term, votedFor } = (stage.servers[s]!.record("termAndVote") ?? { term: 0, votedFor: null }) as TermAndVote;
  return `${nameOf(s)} voted for ${votedFor === null ? "nobody" : nameOf(votedFor)} in term ${term}`;
};

const fact = (form: string, does: Fact): Form<Fact> => ({ form, does });

/** What may be claimed: a claim holds if it says, word by word, what is the case. */
export const claims: readonly Form<Fact>[] = [
  fact("S leads in term N", role),
  fact("S follows TO in term N", role),
  fact("S follows nobody in term N", role),
  fact("S is a pre-candidate in term N", role),
  fact("S is a candidate in term N", role),
  fact("S voted for TO in term N", voteText),
  fact("S voted for nobody in term N", voteText),
  fact("S holds N configurations", (stage, { s }) => {
    const entries = stage.servers[s]!.log.entries as readonly Entry<string>[];
    return `${nameOf(s)} holds ${entries.filter(({ kind }) => kind === "configuration").length} configurations`;
  }),
  fact("S holds WORDS", (stage, { s }) => `${nameOf(s)} holds ${logText(stage, s)}`),
  fact("S has committed N", (stage, { s }) => `${nameOf(s)} has committed ${stage.servers[s]!.state.commitIndex}`),
  fact("S has applied WORDS", (stage, { s }) => `${nameOf(s)} has applied ${orNothing(stage.seen(s).applied)}`),
  fact(
    "S has refused WORDS",
    (stage, { s }) => `${nameOf(s)} has refused ${stage.seen(s).refused.at(-1) ?? "nothing"}`,
  ),
  fact("S has answered WORDS", (stage, { s }) => `${nameOf(s)} has answered ${orNothing(stage.seen(s).answered)}`),
  fact("S sees TO in WORDS at N", progressText),
  fact("S does not see TO", progressText),
  fact("S has members WORDS", (stage, { s }) => {
    const { configurations } = stage.servers[s]!.state;
    return `${nameOf(s)} has members ${membersText(configurations.at(-1)!.configuration)}`;
  }),
  fact("N entries are under way to S", (stage, { s }) => {
    const count = stage.flights
      .filter(({ to }) => to === s)
      .reduce((sum, { message }) => sum + (message.kind === "AppendEntries" ? message.entries.length : 0), 0);
    return `${count} entries are under way to ${nameOf(s)}`;
  }),
  fact("N KIND are under way to S", (stage, { s, kind }) => {
    const count = stage.flights.filter(({ to, message }) => to === s && message.kind === kind).length;
    return `${count} ${kind} are under way to ${nameOf(s)}`;
  }),
];
