import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";

/** Milliseconds that the holder of a lock gets to say which process it is. */
const answerMsMax = 500;
/** How often it is asked when it goes away without an answer: after that it is gone, or something odd listens there. */
const questionsMax = 10;

/** Whoever listens on the socket of a lock. */
export interface LockHolder {
  /** Null where it does not tell: it is paused, or of another user. */
  readonly processId: number | null;
  /** It looks whether others hold the lock, and may still let it go. */
  readonly isTrying: boolean;
}

/** Whether an error of the system has one of these codes. */
export const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as { readonly code?: string }).code ?? "");

/** What a listener says at once; null where it closes the connection without a word. @throws the error of the system. */
const saidAt = async (path: string): Promise<string | null> => {
  const socket = connect(path);
  const signal = AbortSignal.timeout(answerMsMax);
  try {
    const said = once(socket, "data", { signal }).then(([bytes]) => (bytes as Buffer).toString("latin1"));
    return await Promise.race([said, once(socket, "close", { signal }).then(() => null)]);
  } finally {
    socket.destroy();
  }
};

/** Whether nobody listens any more, or not for long: a listener that goes away cuts those off who stand in its queue. */
const isGone = (error: unknown): boolean => isCode(error, "ECONNREFUSED", "ENOENT");
const isGoing = (error: unknown): boolean => isCode(error, "ECONNRESET", "EPIPE");

/** Who listens on a socket; null if nobody does. */
export const holderAt = async (path: string): Promise<LockHolder | null> => {
  for (let asked = 0; asked < questionsMax; asked++) {
    try {
      const said = await saidAt(path);
      // Taken for a holder, one that gives up would turn away the one that it gave way to, and nobody had the lock.
      if (said === null) continue;
      const [processId, state] = said.split(" ");
      return {
        processId: Number.isSafeInteger(Number(processId)) ? Number(processId) : null,
        isTrying: state === "trying",
      };
    } catch (error) {
      if (isGone(error)) return null;
      if (!isGoing(error)) break;
    }
  }
  return { processId: null, isTrying: false };
};

/** Listens on a socket and says which process this is, and how it stands. @throws the error of the system. */
export const listenAt = async (path: string, state: () => "held" | "trying"): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(`${process.pid} ${state()}`);
  });
  // Not shared with the workers of a cluster: each would believe that it holds the lock.
  server.listen({ path, exclusive: true });
  await once(server, "listening");
  server.unref();
  return server;
};
