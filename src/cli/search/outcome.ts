import { type Outcome, worst } from "../../check/index.ts";

/** The worst outcome of several verdicts. */
export const outcomeOf = ({ verdicts }: { readonly verdicts: readonly { readonly verdict: Outcome }[] }): Outcome =>
  worst(verdicts.map(({ verdict }) => verdict));
