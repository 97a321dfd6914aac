import type { IO, Links, Module, NodeId, Spec } from "../../model/index.ts";
import type { Configuration, MembershipChange, Register, ReplicatedLog } from "../../protocols/index.ts";

/** On its way to whoever leads. */
type Handed =
  | { readonly kind: "write"; readonly value: string }
  | { readonly kind: "change"; readonly change: MembershipChange }
  | { readonly kind: "transfer"; readonly to: NodeId };

/** A part of the state: the values that were written, oldest first. */
type Chunk = readonly string[];

/** A register, and what an operator may ask of the servers below it. */
export interface ReplicatedRegister extends Register<string> {
  readonly requests: Register<string>["requests"] & {
    /** Asks whoever leads for a change of members, whenever they are not as wished, until something else is wished for. */
    readonly changeMembers: (change: MembershipChange) => void;
    /** Asks whoever leads to hand over to a process, until that process leads or something else is wished for. */
    readonly transferLeadership: (to: NodeId) => void;
  };
  readonly indications: Register<string>["indications"] & {
    /** The members are as was wished for here. */
    readonly membersAsWished: () => void;
    /** Who was wished for here leads, or did. */
    readonly leaderAsWished: () => void;
  };
}

interface RegisterState {
  /** Every value that was written, in the order of the log: a value that comes again is not written again. */
  written: string[];
  applied: number;
  sinceSnapshot: number;
  leader: NodeId | null;
  open: { readonly kind: "write"; readonly value: string } | { readonly kind: "read" } | null;
  /** The latest request to the log, and the latest read among them. */
  attempt: number;
  reading: number;
  /** What the operator wants of the members, now and from now on. */
  wish: MembershipChange | null;
  /** Who is to lead, as long as he does not. */
  successor: NodeId | null;
  /** The latest configuration that was heard of. */
  configuration: Configuration;
  /** Chunks that are still to be saved. */
  saving: { readonly index: number; readonly chunks: readonly Chunk[]; next: number } | null;
}

interface RegisterSpec extends Spec {
  provides: ReplicatedRegister;
  uses: { log: ReplicatedLog<string, Chunk>; peers: Links<Handed> };
  state: RegisterState;
  timers: { retry: []; save: []; wish: []; handOver: [] };
}

/** How the register uses its log. */
export interface RegisterOnLogOptions {
  /** Milliseconds after which a write or read without an answer is tried again. */
  readonly retryMs?: number;
  /** Commands after which a snapshot is saved; 0: never. */
  readonly snapshotEvery?: number;
  /** Values in a chunk. */
  readonly chunkValues?: number;
  /** A change that would leave fewer voters is not asked for. */
  readonly votersMin?: number;
}

const attempt = (s: RegisterState, io: IO<RegisterSpec>, retryMs: number): void => {
  const { open, leader } = s;
  if (open === null) return;
  io.timers.retry.set(retryMs);
  if (open.kind === "read") {
    s.reading = ++s.attempt;
    io.log.read(s.reading);
  } else if (leader === io.self) io.log.propose(++s.attempt, open.value);
  else if (leader !== null) io.peers.send(leader, { kind: "write", value: open.value });
};

const isFulfilled = (
  { voters = [], learners = [], removed = [] }: MembershipChange,
  configuration: Configuration,
): boolean =>
  configuration.votersOutgoing.length === 0 &&
  voters.every((node) => configuration.voters.includes(node)) &&
  learners.every((node) => configuration.learners.includes(node)) &&
  removed.every((node) => !configuration.voters.includes(node) && !configuration.learners.includes(node));

const askForMembers = (s: RegisterState, io: IO<RegisterSpec>, retryMs: number): void => {
  if (s.wish === null) return;
  if (isFulfilled(s.wish, s.configuration)) {
    io.timers.wish.cancel();
    return io.up.membersAsWished();
  }
  io.timers.wish.set(retryMs);
  // Who is no member does not hear who leads: the operator asks everybody.
  for (const node of io.nodes) io.peers.send(node, { kind: "change", change: s.wish });
};

const askForSuccessor = (s: RegisterState, io: IO<RegisterSpec>, retryMs: number): void => {
  if (s.successor === null) return;
  if (s.leader === s.successor) {
    s.successor = null;
    io.timers.handOver.cancel();
    return io.up.leaderAsWished();
  }
  // Seldom: while a leader hands over, be it to one that is down, it takes no writes.
  io.timers.handOver.set(8 * retryMs);
  // Members come first: a leader that hands over, be it in vain, changes none.
  if (s.wish !== null && !isFulfilled(s.wish, s.configuration)) return;
  for (const node of io.nodes) io.peers.send(node, { kind: "transfer", to: s.successor });
};

/** How many would vote after a change. */
const votersAfter = ({ voters }: Configuration, change: MembershipChange): number =>
  voters.filter((node) => change.learners?.includes(node) !== true && change.removed?.includes(node) !== true).length +
  (change.voters ?? []).filter((node) => !voters.includes(node)).length;

const chunksOf = (values: readonly string[], size: number): Chunk[] =>
  Array.from({ length: Math.max(1, Math.ceil(values.length / size)) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );

const apply = (s: RegisterState, io: IO<RegisterSpec>, value: string): void => {
  if (!s.written.includes(value)) s.written.push(value);
  if (s.open?.kind !== "write" || s.open.value !== value) return;
  s.open = null;
  io.timers.retry.cancel();
  io.up.writeReturn();
};

/**
 * A register on a replicated log: the last value that was written, in the order of the log. Each value is written once in a
 * run, so that one that was proposed twice is known again. It is as small as a user of the log can be: whoever asks tries
 * until there is an answer.
 */
export const registerOnLog = ({
  retryMs = 60,
  snapshotEvery = 0,
  chunkValues = 2,
  votersMin = 1,
}: RegisterOnLogOptions = {}): Module<RegisterSpec> => ({
  name: "register on a replicated log",
  source: "Ongaro and Ousterhout 2014, section 8, without sessions",
  init: () => ({
    written: [],
    applied: 0,
    sinceSnapshot: 0,
    leader: null,
    open: null,
    attempt: 0,
    reading: 0,
    wish: null,
    successor: null,
    configuration: { voters: [], votersOutgoing: [], learners: [] },
    saving: null,
  }),
  upon: {
    request: {
      read(s, io) {
        s.open = { kind: "read" };
        attempt(s, io, retryMs);
      },
      write(s, io, value) {
        s.open = { kind: "write", value };
        attempt(s, io, retryMs);
      },
      changeMembers(s, io, change) {
        s.wish = change;
        askForMembers(s, io, retryMs);
      },
      transferLeadership(s, io, to) {
        s.successor = to;
        askForSuccessor(s, io, retryMs);
      },
    },
    peers: {
      deliver(s, io, _from, m) {
        if (m.kind === "write") io.log.propose(++s.attempt, m.value);
        else if (m.kind === "transfer") io.log.transferLeadership(++s.attempt, m.to);
        else if (votersAfter(s.configuration, m.change) >= votersMin) io.log.changeMembers(++s.attempt, m.change);
        else io.note("too few would vote");
      },
    },
    log: {
      appended: () => undefined,
      refused: (_s, io, _id, reason) => io.note("refused", reason),
      committed(s, io, index, _term, value) {
        s.applied = index;
        if (value === null) return;
        apply(s, io, value);
        if (snapshotEvery === 0 || ++s.sinceSnapshot < snapshotEvery || s.saving !== null) return;
        s.sinceSnapshot = 0;
        s.saving = { index, chunks: chunksOf(s.written, chunkValues), next: 0 };
        io.timers.save.set(1);
      },
      readReady(s, io, id) {
        if (s.open?.kind !== "read" || id !== s.reading) return;
        s.open = null;
        io.timers.retry.cancel();
        io.up.readReturn(s.written.at(-1) ?? null);
      },
      restored(s, io, index, number, values) {
        if (number === 0) s.written = [];
        s.written.push(...values);
        s.applied = index;
        s.saving = null;
        // What is in the snapshot is not indicated any more.
        if (s.open?.kind === "write" && values.includes(s.open.value)) apply(s, io, s.open.value);
      },
      snapshotSaved: () => undefined,
      leadership(s, io, _role, _term, leader) {
        const isNews = leader !== null && leader !== s.leader;
        s.leader = leader;
        if (isNews) attempt(s, io, retryMs);
        if (isNews && leader === s.successor) askForSuccessor(s, io, retryMs);
      },
      membership(s, io, configuration) {
        s.configuration = configuration;
        // A request for what was wished for before may come late, and undo what is wished for now.
        askForMembers(s, io, retryMs);
      },
      membersChanged: () => undefined,
    },
    timer: {
      retry: (s, io) => attempt(s, io, retryMs),
      wish: (s, io) => askForMembers(s, io, retryMs),
      handOver: (s, io) => askForSuccessor(s, io, retryMs),
      save(s, io) {
        const { saving } = s;
        if (saving === null) return;
        const number = saving.next++;
        const isLast = saving.next === saving.chunks.length;
        io.log.saveSnapshot(saving.index, number, saving.chunks[number]!, isLast);
        if (isLast) s.saving = null;
        else io.timers.save.set(1);
      },
    },
  },
});
