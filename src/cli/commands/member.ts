import { leaderIn, type MembersChange, ServiceConnection, setClusterMember } from "../../service/index.ts";
import { usage } from "../cli-error.ts";
import { type ClusterFlags, clusterFileOf } from "../cluster/cluster-flags.ts";
import { complain, print, printJson } from "../terminal.ts";

type Connection = ServiceConnection<unknown, unknown, unknown, unknown>;

const withConnection = async (flags: ClusterFlags, use: (connection: Connection) => Promise<void>): Promise<number> => {
  await using connection: Connection = await ServiceConnection.open({ cluster: clusterFileOf(flags) });
  await use(connection);
  return 0;
};

const configurationOf = async (connection: Connection) => {
  const reports = [...(await connection.status()).values()].filter((report) => report !== null);
  const leader = leaderIn(reports) ?? reports[0];
  if (leader === undefined) throw usage("no replica answers");
  return leader.configuration;
};

const say = (flags: ClusterFlags, text: string): void => {
  if (flags.json === true) printJson({ done: true });
  else print(`${text}\n`);
};

/** `quorate member list`. */
export const list = (flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    const { voters, votersOutgoing, learners } = await configurationOf(connection);
    const members = [...new Set([...voters, ...votersOutgoing, ...learners])]
      .sort((one, other) => one - other)
      .map((id) => ({ id, kind: voters.includes(id) ? "voter" : learners.includes(id) ? "learner" : "leaving" }));
    if (flags.json === true) printJson({ members });
    else for (const { id, kind } of members) print(`${id}\t${kind}\n`);
  });

const change = (flags: ClusterFlags, wanted: MembersChange, text: string): Promise<number> =>
  withConnection(flags, async (connection) => {
    await connection.changeMembers(wanted);
    say(flags, text);
  });

/** Clients that start from now on know where the member is: one that they do not know they cannot follow when it leads. */
const tellClients = (flags: ClusterFlags, id: number, client: string | null): void => {
  const file = clusterFileOf(flags);
  try {
    setClusterMember(file, id, client);
  } catch (error) {
    // The cluster has changed all the same.
    complain(`quorate: done, but ${file} cannot be written (${(error as Error).message}): change its members by hand.`);
  }
};

/** `quorate member add ID --peer HOST:PORT --client HOST:PORT`: as a learner, which gets the log and does not count. */
export const add = (
  id: number,
  flags: ClusterFlags & { readonly peer: string; readonly client: string },
): Promise<number> =>
  withConnection(flags, async (connection) => {
    await connection.setAddress(id, { peer: flags.peer, client: flags.client });
    await connection.changeMembers({ learners: [id] });
    tellClients(flags, id, flags.client);
    say(flags, `replica ${id} is a learner; promote it when it has caught up`);
  });

/** `quorate member promote ID`: a learner becomes a voter. */
export const promote = (id: number, flags: ClusterFlags): Promise<number> =>
  change(flags, { voters: [id] }, `replica ${id} votes`);

/** `quorate member remove ID`. */
export const remove = (id: number, flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    await connection.changeMembers({ removed: [id] });
    await connection.setAddress(id, null);
    tellClients(flags, id, null);
    say(flags, `replica ${id} is no member any more: stop it, and never start it again`);
  });

/** `quorate member lead ID`: hands the leadership over. */
export const lead = (id: number, flags: ClusterFlags): Promise<number> =>
  withConnection(flags, async (connection) => {
    await connection.transferLeadership(id);
    say(flags, `replica ${id} leads`);
  });
