import { connect, createServer, type Server, type Socket } from "node:net";

/** Where it forwards to, and how it cuts. */
export type CutKind =
  /** Connections are reset and new ones refused: both ends notice. */
  | "reset"
  /** Bytes go nowhere and nothing is said: nobody notices but by silence. */
  | "silent";

/** Carries the bytes of one replica's connections to another one, until it is told to cut them. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly port: number;
  #cut: CutKind | null = null;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on a free port of this machine, and forwards to another one. */
  static open(target: number): Promise<CuttingProxy> {
    return new Promise((resolve, reject) => {
      const server = createServer({ pauseOnConnect: true });
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const proxy = new CuttingProxy(server, (server.address() as { readonly port: number }).port);
        server.on("connection", (socket) => proxy.#forward(socket, target));
        resolve(proxy);
      });
    });
  }

  cut(kind: CutKind): void {
    this.#cut = kind;
    for (const pair of this.#pairs)
      for (const socket of pair) {
        if (kind === "reset") socket.resetAndDestroy();
        else socket.pause();
      }
  }

  heal(): void {
    this.#cut = null;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  close(): void {
    this.#server.close();
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #forward(inner: Socket, target: number): void {
    if (this.#cut === "reset") return void inner.resetAndDestroy();
    const outer = connect(target, "127.0.0.1");
    const pair = [inner, outer] as const;
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      inner.destroy();
      outer.destroy();
    };
    for (const [from, to] of [pair, [outer, inner] as const]) {
      from.setNoDelay(true);
      from.on("data", (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on("drain", () => {
        if (this.#cut === null) from.resume();
      });
      from.on("error", end);
      from.on("close", end);
      if (this.#cut === null) from.resume();
      else from.pause();
    }
  }
}
