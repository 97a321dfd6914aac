import type { FiniteProtocol, General } from "./finite-protocol.ts";

interface Heard {
  readonly general: General;
  /** How many messengers came. */
  readonly heard: number;
  /** The largest number that one of them brought. */
  readonly count: number;
}

const listening = (general: General): Heard => ({ general, heard: 0, count: 0 });
const hear = (state: Heard, message: number | null): Heard =>
  message === null ? state : { general: state.general, heard: state.heard + 1, count: Math.max(state.count, message) };

/**
 * An order, its acknowledgement, the acknowledgement of that, and so on: so many messengers in turn. Who misses one does
 * not send the next, and attacks only if everybody came whom he waited for.
 */
export const alternatingMessengers = (messengers: number): FiniteProtocol<Heard, number> => {
  const isMine = (general: General, round: number): boolean => round % 2 === general;
  const due = (general: General, rounds: number): number => Math.floor((rounds + (general === 1 ? 1 : 0)) / 2);
  return {
    name: `${messengers} messengers in turn`,
    rounds: messengers,
    init: listening,
    send: ({ general, heard }, round) => (isMine(general, round) && heard === due(general, round) ? round + 1 : null),
    receive: (state, _round, message) => hear(state, message),
    attacks: ({ general, heard }) => heard === due(general, messengers),
  };
};

/** Both send one messenger at once, and each attacks if he hears from the other. */
export const oneMessengerEach: FiniteProtocol<Heard, number> = {
  name: "one messenger each",
  rounds: 1,
  init: listening,
  send: () => 1,
  receive: (state, _round, message) => hear(state, message),
  attacks: ({ heard }) => heard > 0,
};

/**
 * So many messengers with the same order, each with its number. General 0 attacks in any case: that all are caught is
 * unlikely. It is not impossible.
 */
export const labelledMessengers = (messengers: number): FiniteProtocol<Heard, number> => ({
  name: `${messengers} labelled messengers`,
  rounds: messengers,
  init: listening,
  send: ({ general }, round) => (general === 0 ? round + 1 : null),
  receive: (state, _round, message) => hear(state, message),
  attacks: ({ general, heard }) => general === 0 || heard > 0,
});

/**
 * The order again in each round until it is acknowledged or the agreed time comes. General 1 acknowledges in the round
 * after; general 0 attacks if one acknowledgement came.
 */
export const repeatUntilTimeout = (rounds: number): FiniteProtocol<Heard, number> => ({
  name: `repetition until a timeout after ${rounds} rounds`,
  rounds,
  init: listening,
  send: ({ general, heard }, round) => ((general === 0 ? heard === 0 : heard > 0) ? round + 1 : null),
  receive: (state, _round, message) => hear(state, message),
  attacks: ({ heard }) => heard > 0,
});

/**
 * A window of numbered orders, then a window of answers, each with how many orders came. Both attack if that is at least
 * the threshold: the loss on the way is measured, and the answer may still be lost.
 */
export const countInWindow = (orders: number, answers: number, threshold: number): FiniteProtocol<Heard, number> => ({
  name: `${orders} orders counted, answered ${answers} times, threshold ${threshold}`,
  rounds: orders + answers,
  init: listening,
  send: ({ general, heard }, round) => {
    if (general === 0) return round < orders ? round + 1 : null;
    return round < orders ? null : heard;
  },
  receive: (state, _round, message) => hear(state, message),
  attacks: ({ general, heard, count }) => (general === 0 ? count : heard) >= threshold,
});
