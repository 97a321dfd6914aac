import {
  type CommandOutcome,
  type Consistency,
  type MemberAddress,
  type QueryOutcome,
  type ServiceMessage,
  serviceClient,
} from "../machines/index.ts";
import { type NodeId, stack } from "../model/index.ts";
import { ClientHost, sessionsOfClient } from "./client-host.ts";
import type { OperatorAnswer, OperatorRequest, ReplicaReport } from "./client-protocol.ts";
import { type ClusterFile, readClusterFile } from "./cluster-file.ts";
import { dialerOf } from "./secure-sockets.ts";
import { ServerConnections } from "./server-connections.ts";
import { ClientClosedError, CommandError, OperatorError, QueryError } from "./service-errors.ts";

/** How a client asks. */
export interface ConnectOptions {
  /** The file that describes the cluster to clients, or what is in it. */
  readonly cluster: string | ClusterFile;
  /** Milliseconds after which a command or query fails without an answer; 10 s when absent. */
  readonly timeoutMs?: number;
  /** A rare path of the client was taken, such as that another replica is asked. */
  readonly onMark?: (module: string, name: string) => void;
}

/** How a client asks a machine whose long answers go in parts. */
export interface ConnectMachineOptions<Result> extends ConnectOptions {
  /** The answer that parts make: `parts.join` of the machine, where it has one. */
  readonly join?: (parts: readonly Result[]) => Result;
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
  readonly #members: readonly NodeId[];
  readonly #commands = new Map<number, Pending<Answer>>();
  readonly #queries = new Map<number, Pending<Result>>();
  readonly #operations = new Map<number, Pending<OperatorAnswer>>();
  #last = 0;
  #closed = false;

  private constructor(
    { cluster, members }: ClusterFile,
    dial: Awaited<ReturnType<typeof dialerOf>>,
    timeoutMs: number,
    { onMark, join }: Pick<ConnectMachineOptions<Result>, "onMark" | "join">,
  ) {
    this.#members = members.map(({ id }) => id);
    this.#connections = new ServerConnections(cluster, new Map(members.map(({ id, client }) => [id, client])), dial, {
      onNews: (news) => this.#host.news(news),
      onMessage: (from, message) => this.#host.deliver(from, message),
      onOperatorAnswer: (_from, answer) => this.#operations.get(answer.id)?.resolve(answer),
    });
    const bottom = sessionsOfClient<unknown>() as ReturnType<
      typeof sessionsOfClient<ServiceMessage<Command, Answer, Query, Result>>
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
      self: Math.max(...this.#members) + 1,
      servers: this.#members,
      carrier: { send: (to, message) => void this.#connections.send(to, message) },
      onIndication: (name, args) => this.#indicated(name, args),
      onFailure: (error) => this.#fail(error as Error),
      onMark,
    });
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
    ...options
  }: ConnectMachineOptions<R>): Promise<ServiceConnection<C, A, Q, R>> {
    const file = typeof cluster === "string" ? readClusterFile(cluster) : cluster;
    return new ServiceConnection<C, A, Q, R>(file, await dialerOf(file.security, file.cluster), timeoutMs, options);
  }

  /** Has a command applied, once at most. @throws CommandError, which says whether it took effect. */
  execute(command: Command): Promise<Answer> {
    return this.#ask(this.#commands, (id) => this.#host.request("execute", id, command));
  }

  /** Asks without changing anything; linearizable unless said otherwise. @throws QueryError. */
  query(query: Query, consistency: Consistency = "linearizable"): Promise<Result> {
    return this.#ask(this.#queries, (id) => this.#host.request("query", id, query, consistency));
  }

  /** How each replica stands, null where it cannot be reached. */
  async status(): Promise<ReadonlyMap<NodeId, ReplicaReport | null>> {
    await this.#anybody();
    const asked = this.#members.map(async (member): Promise<[NodeId, ReplicaReport | null]> => {
      const answer = await this.#operate(member, { kind: "status" }, statusMs).catch(() => null);
      return [member, answer?.kind === "report" ? answer.report : null];
    });
    return new Map(await Promise.all(asked));
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
    this.#fail(new ClientClosedError("the client is closed"));
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #ask<T>(open: Map<number, Pending<T>>, ask: (id: number) => void): Promise<T> {
    if (this.#closed) return Promise.reject(new ClientClosedError("the client is closed"));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject });
      ask(id);
    });
  }

  #indicated(name: string, args: readonly unknown[]): void {
    const id = args[0] as number;
    if (name === "outcome") {
      const pending = this.#commands.get(id);
      this.#commands.delete(id);
      const outcome = args[1] as CommandOutcome<Answer>;
      if (outcome.kind === "answer") pending?.resolve(outcome.answer);
      else pending?.reject(new CommandError(outcome.why, outcome.happened, this.#unreachable()));
    } else if (name === "result") {
      const pending = this.#queries.get(id);
      this.#queries.delete(id);
      const outcome = args[1] as QueryOutcome<Result>;
      if (outcome.kind === "answer") pending?.resolve(outcome.result);
      else pending?.reject(new QueryError(outcome.why, this.#unreachable()));
    }
  }

  #unreachable(): string {
    const { failures } = this.#connections;
    return failures === "" ? "" : ` Not reached: ${failures}.`;
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
          throw new OperatorError(answer.why, `the leader refuses: ${answer.why}`);
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
        () => reject(new OperatorError("timeout", `replica ${member} did not answer in time`)),
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
        reject,
      });
    }).finally(() => this.#operations.delete(id));
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#host.stop();
    this.#connections.close();
    for (const open of [this.#commands, this.#queries, this.#operations]) {
      for (const { reject } of open.values()) reject(error);
      open.clear();
    }
  }
}
