import {
  type CommandOutcome,
  type Consistency,
  type MemberAddress,
  type QueryOutcome,
  type ServiceMessage,
  serviceClient,
} from "../machines/index.ts";
import { type NodeId, PlainDataError, refusalOf, stack } from "../model/index.ts";
import type { Address } from "../node/index.ts";
import { CallTable } from "./call-table.ts";
import { ClientHost, sessionsOfClient } from "./client-host.ts";
import type { OperatorAnswer, OperatorRequest, ReplicaReport } from "./client-protocol.ts";
import { type ClusterFile, readClusterFile } from "./cluster-file.ts";
import { refusalText } from "./refusal-text.ts";
import { addressOf, memberMax } from "./replica-configuration.ts";
import { dialerOf } from "./secure-sockets.ts";
import { ServerConnections } from "./server-connections.ts";
import { ClientClosedError, CommandError, OperatorError, QueryError } from "./service-errors.ts";

/** How a client asks. */
export interface ConnectOptions {
  /** The file that describes the cluster to clients, or what is in it. */
  readonly cluster: string | ClusterFile;
  /** Milliseconds after which a command or query fails without an answer; 10 s when absent. */
  readonly timeoutMs?: number;
  /** Closes the client: what is open fails, and the error says whether it may have happened. */
  readonly signal?: AbortSignal;
  /** A rare path of the client was taken, such as that another replica is asked. */
  readonly onMark?: (module: string, name: string) => void;
}

/** How a client asks a machine whose long answers go in parts. */
export interface ConnectMachineOptions<Result> extends ConnectOptions {
  /** The answer that parts make: `parts.join` of the machine, where it has one. */
  readonly join?: (parts: readonly Result[]) => Result;
  /** Commands and queries are plain data for certain, so that nobody looks at each. One that is none ends the client. */
  readonly commandsArePlain?: boolean;
}

/** What goes with one call. */
export interface CallOptions {
  /**
   * Ends the call when it is aborted, with `why` "cancelled". A command that was sent before may take effect all the same:
   * `happened` says so.
   */
  readonly signal?: AbortSignal;
}

/** A change of members, by ids; those that are not named stay what they are. */
export interface MembersChange {
  readonly voters?: readonly NodeId[];
  readonly learners?: readonly NodeId[];
  readonly removed?: readonly NodeId[];
}

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

const operatorMs = 15_000;
const statusMs = 3_000;
/** Milliseconds for the other replicas to answer, once one has. */
const answerMs = 1_000;
/** Milliseconds between two questions for the members. */
const learnMs = 10_000;
/** Who a client is to its own modules: no replica has this id. */
const clientId = memberMax + 1;

type Request = OperatorRequest extends infer R ? (R extends { readonly id: number } ? Omit<R, "id"> : never) : never;

/** Who leads: a leader that was deposed and has not heard so says that it leads too, in an earlier term. */
export const leaderIn = (reports: readonly (ReplicaReport | null)[]): ReplicaReport | null => {
  let latest: ReplicaReport | null = null;
  for (const report of reports) if (report?.role === "leader" && report.term > (latest?.term ?? -1)) latest = report;
  return latest;
};

/**
 * A client of a replicated service. Commands are pipelined, each applied once at most however often it had to be sent;
 * the leader is found and followed. Typed by the machine: commands and their answers, queries and their results.
 */
export class ServiceConnection<Command, Answer, Query, Result> implements AsyncDisposable {
  readonly #host: ClientHost;
  readonly #connections: ServerConnections;
  /** Ascending, and changed in place when members come and go: the client's own modules look at it too. */
  readonly #members: NodeId[];
  /** Up to which entry of the log the members are known. */
  #membersAt = 0;
  readonly #learning: NodeJS.Timeout;
  #isLearning = false;
  readonly #commands = new CallTable<Pending<Answer>>();
  readonly #queries = new CallTable<Pending<Result>>();
  readonly #operations = new Map<number, Pending<OperatorAnswer>>();
  readonly #commandsArePlain: boolean;
  #last = 0;
  #closed = false;

  private constructor(
    { cluster, members }: ClusterFile,
    dial: Awaited<ReturnType<typeof dialerOf>>,
    timeoutMs: number,
    { onMark, join, commandsArePlain = false }: Omit<ConnectMachineOptions<Result>, "cluster" | "timeoutMs">,
  ) {
    this.#commandsArePlain = commandsArePlain;
    this.#members = members.map(({ id }) => id).sort((one, other) => one - other);
    this.#connections = new ServerConnections(cluster, new Map(members.map(({ id, client }) => [id, client])), dial, {
      onNews: (news) => {
        this.#host.news(news);
        if (news.kind === "opened") this.#learn(news.peer);
      },
      onMessage: (from, message) => {
        this.#host.deliver(from, message);
        const { leader } = message as { readonly leader?: NodeId | null };
        if (typeof leader === "number" && !this.#members.includes(leader)) this.#learn(from);
      },
      onOperatorAnswer: (_from, answer) => this.#operations.get(answer.id)?.resolve(answer),
    });
    const bottom = sessionsOfClient<unknown>() as ReturnType<
      typeof sessionsOfClient<ServiceMessage<Answer, Query, Result>>
    >;
    this.#host = new ClientHost({
      stack: stack(
        serviceClient<Command, Answer, Query, Result>({
          servers: this.#members,
          timeoutMs,
          retryMs: { from: 100, to: 200 },
          ...(join === undefined ? {} : { join }),
        }),
        { servers: bottom },
      ),
      self: clientId,
      servers: this.#members,
      carrier: {
        send: (to, message) => void this.#connections.send(to, message),
        flush: () => this.#connections.flush(),
      },
      onIndication: (name, args) => this.#indicated(name, args),
      onFailure: (error) => this.#fail(error as Error),
      onMark,
    });
    this.#learning = setInterval(() => {
      const [member] = this.#connections.open;
      if (member !== undefined) this.#learn(member);
    }, learnMs).unref();
    this.#connections.start();
  }

  /**
   * Makes a client. It connects in the background: a command waits until there is somebody to ask, or it times out.
   *
   * @throws ConfigurationError, CertificateError.
   */
  static async open<C, A, Q, R>({
    cluster,
    timeoutMs = 10_000,
    signal,
    ...options
  }: ConnectMachineOptions<R>): Promise<ServiceConnection<C, A, Q, R>> {
    const file = typeof cluster === "string" ? readClusterFile(cluster) : cluster;
    const dial = await dialerOf(file.security, file.cluster);
    const connection = new ServiceConnection<C, A, Q, R>(file, dial, timeoutMs, options);
    if (signal?.aborted === true) await connection.close();
    else signal?.addEventListener("abort", () => void connection.close(), { once: true });
    return connection;
  }

  /**
   * Has a command applied, once at most.
   *
   * @throws CommandError, which says whether it took effect; PlainDataError where it is no plain data: it was not sent.
   */
  execute(command: Command, { signal }: CallOptions = {}): Promise<Answer> {
    if (signal?.aborted === true) return Promise.reject(new CommandError("cancelled", "no"));
    return this.#ask(this.#commands, command, (id) => this.#host.request("execute", id, command), signal);
  }

  /**
   * Asks without changing anything; linearizable unless said otherwise.
   *
   * @throws QueryError; PlainDataError where it is no plain data.
   */
  query(query: Query, consistency: Consistency = "linearizable", { signal }: CallOptions = {}): Promise<Result> {
    if (signal?.aborted === true) return Promise.reject(new QueryError("cancelled"));
    return this.#ask(this.#queries, query, (id) => this.#host.request("query", id, query, consistency), signal);
  }

  /** Where each replica is reached: those of the file, and those that the replicas told of since. */
  get endpoints(): ReadonlyMap<NodeId, Address> {
    return this.#connections.addresses;
  }

  /**
   * How each replica stands, by id; null where it cannot be reached, or does not answer for a second while another one does.
   *
   * @throws OperatorError where none can be reached.
   */
  async status(): Promise<ReadonlyMap<NodeId, ReplicaReport | null>> {
    await this.#anybody();
    const reports = await this.#statusOf([...this.#members]);
    // The answers may have told of others.
    const others = this.#members.filter((member) => !reports.has(member));
    if (others.length > 0) {
      await this.#anybody();
      for (const [member, report] of await this.#statusOf(others)) reports.set(member, report);
    }
    return new Map(this.#members.map((member) => [member, reports.get(member) ?? null]));
  }

  /** Makes another voter the leader. @throws OperatorError. */
  transferLeadership(to: NodeId): Promise<void> {
    return this.#lead({ kind: "transfer", to });
  }

  /** Changes who takes part: one change at a time. @throws OperatorError. */
  changeMembers({ voters = [], learners = [], removed = [] }: MembersChange): Promise<void> {
    return this.#lead({ kind: "change members", voters, learners, removed });
  }

  /** Tells all members where one is reached; null where it is gone. @throws OperatorError. */
  setAddress(member: NodeId, address: MemberAddress | null): Promise<void> {
    return this.#lead({ kind: "address", member, address });
  }

  /** Ends the connections; what is open fails. */
  async close(): Promise<void> {
    // A query changes nothing, whenever it is given up.
    this.#fail(new ClientClosedError("maybe"), new ClientClosedError("no"));
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #statusOf(members: readonly NodeId[]): Promise<Map<NodeId, ReplicaReport | null>> {
    const reports = new Map<NodeId, ReplicaReport | null>(members.map((member) => [member, null]));
    const answered = members.map(async (member) => {
      const report = await this.#reportOf(member);
      reports.set(member, report);
      return report === null ? Promise.reject(new Error("no answer")) : report;
    });
    const all = Promise.allSettled(answered);
    let late: NodeJS.Timeout | undefined;
    // One that is paused keeps nobody waiting who has heard of the others.
    const enough = Promise.any(answered).then(
      () =>
        new Promise((resolve) => {
          late = setTimeout(resolve, answerMs);
        }),
      () => all,
    );
    await Promise.race([all, enough]);
    // Or the process of a command would not end before it.
    clearTimeout(late);
    return reports;
  }

  async #reportOf(member: NodeId): Promise<ReplicaReport | null> {
    const answer = await this.#operate(member, { kind: "status" }, statusMs).catch(() => null);
    if (answer?.kind !== "report") return null;
    this.#meet(answer.report);
    return answer.report;
  }

  /** Asks a replica for the members, one at a time. */
  #learn(member: NodeId): void {
    // A replica may say its welcome when the client is closed already: a question then would keep the process.
    if (this.#isLearning || this.#closed) return;
    this.#isLearning = true;
    void this.#reportOf(member).finally(() => {
      this.#isLearning = false;
    });
  }

  /** Members come and go while a client runs. Where the file says how one is reached, it is right for this client. */
  #meet({ applied, configuration, endpoints }: ReplicaReport): void {
    if (this.#closed || applied <= this.#membersAt || endpoints.length === 0) return;
    this.#membersAt = applied;
    const { voters, votersOutgoing, learners } = configuration;
    const known = this.#connections.addresses;
    const told = new Map(endpoints.map(({ id, client }) => [id, addressOf(client)]));
    const all = new Map<NodeId, Address>();
    for (const id of new Set([...voters, ...votersOutgoing, ...learners])) {
      const address = known.get(id) ?? told.get(id);
      if (address !== undefined) all.set(id, address);
    }
    this.#members.splice(0, this.#members.length, ...[...all.keys()].sort((one, other) => one - other));
    this.#connections.setMembers(all);
  }

  #ask<T>(
    open: CallTable<Pending<T>>,
    asked: unknown,
    ask: (id: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (this.#closed) return Promise.reject(new ClientClosedError("no"));
    // Later it would be found among others that are sent with it.
    const why = this.#commandsArePlain ? undefined : refusalOf(asked, "value");
    if (why !== undefined) return Promise.reject(new PlainDataError(why));
    const id = ++this.#last;
    const ended = new Promise<T>((resolve, reject) => {
      open.set(id, { resolve, reject });
      ask(id);
    });
    if (signal === undefined) return ended;
    const cancel = (): void => this.#host.request("cancel", id);
    signal.addEventListener("abort", cancel, { once: true });
    return ended.finally(() => signal.removeEventListener("abort", cancel));
  }

  #indicated(name: string, args: readonly unknown[]): void {
    const id = args[0] as number;
    if (name === "outcome") {
      const pending = this.#commands.take(id);
      const outcome = args[1] as CommandOutcome<Answer>;
      if (outcome.kind === "answer") pending?.resolve(outcome.answer);
      else pending?.reject(new CommandError(outcome.why, outcome.happened, this.#unreachable(outcome.why)));
    } else if (name === "result") {
      const pending = this.#queries.take(id);
      const outcome = args[1] as QueryOutcome<Result>;
      if (outcome.kind === "answer") pending?.resolve(outcome.result);
      else pending?.reject(new QueryError(outcome.why, this.#unreachable(outcome.why)));
    }
  }

  /** Whom it could not reach, where that may be the reason. */
  #unreachable(why = "timeout"): string {
    const { failures } = this.#connections;
    return why !== "timeout" || failures === "" ? "" : ` Not reached: ${failures}.`;
  }

  /** Waits until some replica can be reached; a status without any would say nothing. */
  async #anybody(): Promise<void> {
    const until = performance.now() + statusMs;
    while (this.#connections.open.length < this.#members.length && performance.now() < until) {
      // Those that are up answer at once; the others have a moment.
      if (this.#connections.open.length > 0 && performance.now() > until - statusMs + 300) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (this.#connections.open.length === 0)
      throw new OperatorError("unreachable", `no replica can be reached.${this.#unreachable()}`);
  }

  /** Asks the leader, whoever that is by now. */
  async #lead(request: Exclude<Request, { readonly kind: "status" }>): Promise<void> {
    const until = performance.now() + operatorMs;
    for (;;) {
      const leader = leaderIn([...(await this.status()).values()]);
      if (leader !== null) {
        const answer = await this.#operate(leader.member, request, until - performance.now());
        if (answer.kind === "done") return;
        if (answer.kind === "failed" && answer.why !== "not leader" && answer.why !== "too early")
          throw new OperatorError(answer.why, `the leader refuses: ${refusalText(answer.why)}`);
      }
      if (performance.now() > until)
        throw new OperatorError("no leader", "the replicas have no leader: is a majority up?");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  #operate(member: NodeId, request: Request, timeoutMs: number): Promise<OperatorAnswer> {
    const id = ++this.#last;
    return new Promise<OperatorAnswer>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new OperatorError("timeout", `replica ${member} did not answer in time`, "maybe")),
        timeoutMs,
      );
      if (!this.#connections.send(member, { ...request, id })) {
        clearTimeout(late);
        reject(new OperatorError("unreachable", `replica ${member} cannot be reached`));
      }
      this.#operations.set(id, {
        resolve: (answer) => {
          clearTimeout(late);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
    }).finally(() => this.#operations.delete(id));
  }

  #fail(error: Error, ofQueries: Error = error): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#learning);
    this.#host.stop();
    this.#connections.close();
    for (const { reject } of this.#commands.takeAll()) reject(error);
    for (const { reject } of this.#queries.takeAll()) reject(ofQueries);
    for (const { reject } of this.#operations.values()) reject(error);
    this.#operations.clear();
  }
}
