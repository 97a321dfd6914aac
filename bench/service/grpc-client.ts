import { type ClientHttp2Session, connect } from "node:http2";

/** Asks one method once; the answer is the bare protobuf message. Rejects where the status is not 0. */
export type Unary = (path: string, message: Uint8Array) => Promise<Buffer>;

/** A message with its five bytes of gRPC framing, not compressed. */
const framed = (message: Uint8Array): Buffer => {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
};

const ask = (session: ClientHttp2Session, path: string, message: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const parts: Buffer[] = [];
    let status: string | undefined;
    let text = "";
    const look = (headers: { readonly [name: string]: unknown }): void => {
      if (headers["grpc-status"] === undefined) return;
      status = String(headers["grpc-status"]);
      text = String(headers["grpc-message"] ?? "");
    };
    stream.on("response", look);
    stream.on("trailers", look);
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("error", reject);
    stream.on("close", () => {
      if (status === "0") resolve(Buffer.concat(parts).subarray(5));
      else reject(new Error(`${path}: status ${status ?? "none"} ${text}`));
    });
    stream.end(framed(message));
  });

/** As lean a gRPC client as Node has: raw HTTP/2 over `connections` connections, taken in turn. */
export class GrpcClient {
  readonly #sessions: readonly ClientHttp2Session[];
  #next = 0;

  constructor(endpoint: string, connections: number) {
    this.#sessions = Array.from({ length: connections }, () => {
      const session = connect(`http://${endpoint}`, { settings: { enablePush: false } });
      session.on("error", () => {});
      return session;
    });
  }

  unary: Unary = (path, message) => ask(this.#sessions[this.#next++ % this.#sessions.length]!, path, message);

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }
}
