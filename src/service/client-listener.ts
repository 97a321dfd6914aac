import type { AddressInfo, Socket } from "node:net";
import type { ToClient, ToReplica } from "../machines/index.ts";
import { type Address, ListenError } from "../node/index.ts";
import { handshakeFailureText } from "../node/transport/handshake-failure.ts";
import {
  type ClientHello,
  clientHelloShape,
  clientProtocol,
  type OperatorAnswer,
  type OperatorRequest,
  requestShape,
} from "./client-protocol.ts";
import { FrameSocket } from "./frame-socket.ts";
import { addressText } from "./replica-configuration.ts";
import type { ClientSocketServer } from "./secure-sockets.ts";

/** Bounds of what clients may take up. */
export interface ClientLimits {
  readonly connectionsMax: number;
  /** Milliseconds in which a connection has to say who it is. */
  readonly helloMsMax: number;
  /** Bytes of one message of a client. */
  readonly messageBytesMax: number;
  /** Bytes that wait for a client that does not read; beyond it its connection ends. */
  readonly queueBytesMax: number;
}

/** The bounds where nothing else is said. */
export const defaultClientLimits: ClientLimits = {
  connectionsMax: 10_000,
  helloMsMax: 5_000,
  messageBytesMax: 4 * 1024 * 1024,
  queueBytesMax: 64 * 1024 * 1024,
};

const helloBytesMax = 1_024;

/** What hears the clients. A client is a number, never used twice. */
export interface ClientListenerEvents {
  readonly onMessage: (client: number, message: ToReplica<unknown>) => void;
  readonly onOperator: (client: number, request: OperatorRequest) => void;
  readonly onLeft: (client: number) => void;
  /** Somebody was turned away, or sent what no client sends. */
  readonly onRefused: (error: Error) => void;
}

/** Who this replica is to its clients. */
export interface ClientDoorPlate {
  readonly cluster: string;
  readonly member: number;
}

const isGone = (error: Error): boolean =>
  ["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes((error as NodeJS.ErrnoException).code ?? "");

const operatorKinds: ReadonlySet<string> = new Set(["status", "transfer", "change members", "address"]);

/** Takes the connections of clients: says which replica this is, and hands their messages on. */
export class ClientListener {
  readonly #door: ClientSocketServer;
  readonly #plate: ClientDoorPlate;
  readonly #events: ClientListenerEvents;
  readonly #limits: ClientLimits;
  readonly #clients = new Map<number, FrameSocket>();
  #last = 0;

  constructor(
    door: ClientSocketServer,
    plate: ClientDoorPlate,
    events: ClientListenerEvents,
    limits: Partial<ClientLimits> = {},
  ) {
    this.#door = door;
    this.#plate = plate;
    this.#events = events;
    this.#limits = { ...defaultClientLimits, ...limits };
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** @throws ListenError where the address cannot be listened on. */
  listen(address: Address): Promise<Address> {
    const { server, whyNot } = this.#door;
    server.maxConnections = this.#limits.connectionsMax;
    const isSecure = "setSecureContext" in server;
    server.on(isSecure ? "secureConnection" : "connection", (socket: Socket) => {
      const why = whyNot(socket);
      if (why === null) return this.#greet(socket);
      socket.destroy();
      this.#events.onRefused(new Error(why));
    });
    server.on("tlsClientError", (cause: Error) =>
      this.#events.onRefused(new Error(handshakeFailureText(cause), { cause })),
    );
    return new Promise((resolve, reject) => {
      server.once("error", (cause) =>
        reject(new ListenError(`${addressText(address)} cannot be listened on: ${cause.message}`, { cause })),
      );
      server.listen(address.port, address.host, () => {
        server.on("error", (error) => this.#events.onRefused(error));
        resolve({ host: address.host, port: (server.address() as AddressInfo).port });
      });
    });
  }

  /** Says something to a client; nothing where it is gone. */
  send(client: number, message: ToClient<unknown, unknown> | OperatorAnswer): void {
    this.#clients.get(client)?.send(message);
  }

  /** Ends all connections, once what waits was sent. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#door.server.close(() => resolve()));
    for (const socket of this.#clients.values()) socket.close();
    setTimeout(() => {
      for (const socket of this.#clients.values()) socket.destroy();
    }, 500).unref();
    await closed;
  }

  #greet(socket: Socket): void {
    const client = ++this.#last;
    let isWelcome = false;
    const { messageBytesMax, queueBytesMax, helloMsMax } = this.#limits;
    const late = setTimeout(() => frames.destroy(new Error("said nothing in time")), helloMsMax);
    const frames = new FrameSocket(
      socket,
      { frameBytesMax: helloBytesMax, queueBytesMax },
      {
        onValue: (value) => {
          if (isWelcome) return this.#hear(client, value);
          clearTimeout(late);
          isWelcome = this.#welcome(client, frames, value);
          frames.limits = { frameBytesMax: messageBytesMax, queueBytesMax };
        },
        onEnd: (error) => {
          clearTimeout(late);
          const wasClient = this.#clients.delete(client);
          if (wasClient) this.#events.onLeft(client);
          // A client whose process is gone was not turned away.
          if (error !== null && !(wasClient && isGone(error))) this.#events.onRefused(error);
        },
      },
      true,
    );
  }

  #welcome(client: number, frames: FrameSocket, hello: unknown): boolean {
    const why = this.#whyNot(hello);
    if (why !== null) {
      frames.greet({ kind: "refused", why });
      frames.close();
      this.#events.onRefused(new Error(why));
      return false;
    }
    this.#clients.set(client, frames);
    frames.greet({ kind: "welcome", protocol: clientProtocol, member: this.#plate.member });
    return true;
  }

  #whyNot(hello: unknown): string | null {
    if (!clientHelloShape(hello)) return "this is no client of quorate";
    const { protocol, cluster } = hello as ClientHello;
    if (protocol !== clientProtocol)
      return `the client speaks version ${protocol} of the protocol, this replica version ${clientProtocol}: use the same release`;
    if (cluster !== this.#plate.cluster)
      return `this replica belongs to cluster ${this.#plate.cluster}, not to ${cluster}`;
    return null;
  }

  #hear(client: number, value: unknown): void {
    if (!requestShape(value)) throw new Error("a message that no client sends");
    const message = value as ToReplica<unknown> | OperatorRequest;
    if (message.kind === "query" && message.ids.length !== message.queries.length)
      throw new Error("not as many queries as numbers");
    if (operatorKinds.has(message.kind)) this.#events.onOperator(client, message as OperatorRequest);
    else this.#events.onMessage(client, message as ToReplica<unknown>);
  }
}
