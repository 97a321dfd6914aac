import type { Refusal } from "../protocols/index.ts";

const refusalTexts: { readonly [K in Refusal]: string } = {
  "not leader": "it does not lead any more",
  overloaded: "it has as much to do as it takes on; ask again later",
  transferring: "it hands its leadership over just now; ask again",
  busy: "another change is under way; ask again when it is done",
  "too early": "it has only begun to lead; ask again",
  impossible:
    "there would be nobody left who votes, or the replica that is named does not take part as it would have to",
  lags: "the replica has not caught up yet; ask again later",
};

/** Why a leader does not do what an operator wants, in words. */
export const refusalText = (why: string): string => refusalTexts[why as Refusal] ?? why;
