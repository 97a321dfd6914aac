import { type Bound, network, stack } from "../../model/index.ts";
import { atLeastOnceClient, type Calls, type Stub, serviceMachine, stub } from "./index.ts";

interface Likes {
  readonly like: (user: number) => number;
  readonly title: () => string;
}

const calls: Bound<Calls> = stack(atLeastOnceClient({ server: 0 }), { links: network("rpc") });

/** Right. */
export const right: Bound<Stub<Likes>> = stack(stub<Likes>("like", "title"), { calls });

// @ts-expect-error the service has no such method
stub<Likes>("like", "tittle");

// @ts-expect-error the stub of one service is not the stub of another
export const other: Bound<Stub<{ readonly like: (user: string) => number }>> = stack(stub<Likes>("like"), { calls });

// @ts-expect-error a stub stands on calls, not on links
export const direct: Bound<Stub<Likes>> = stack(stub<Likes>("like"), { calls: network("rpc") });

export const wrongAnswer: unknown = serviceMachine<Likes, number>({
  init: () => 0,
  methods: {
    // @ts-expect-error the service answers a number
    like: (state, user) => ({ state: state + user, answer: "many" }),
    title: (state) => ({ state, answer: "title" }),
  },
});

export const incomplete: unknown = serviceMachine<Likes, number>({
  init: () => 0,
  // @ts-expect-error a method is missing
  methods: { like: (state) => ({ state, answer: state }) },
});
