import { type ServiceMachine, serviceMachine } from "../../protocols/index.ts";

/** Likes of a post. Both methods answer how many there are now. */
export interface Likes {
  /** One more. Not idempotent: twice is two more. */
  readonly like: () => number;
  /** This user likes it. Idempotent: twice is once. */
  readonly likeAs: (user: number) => number;
}

/** Users 1 to `upTo`, and the others one by one: the set of twelve thousand ids without twelve thousand entries. */
interface Users {
  readonly upTo: number;
  readonly others: readonly number[];
}

const withUser = ({ upTo, others }: Users, user: number): Users =>
  user <= upTo || others.includes(user) ? { upTo, others } : { upTo, others: [...others, user] };

/** A post that so many users like already. */
export const likes = (before: number): ServiceMachine<{ readonly count: number; readonly users: Users }> =>
  serviceMachine<Likes, { readonly count: number; readonly users: Users }>({
    init: () => ({ count: 0, users: { upTo: before, others: [] } }),
    methods: {
      like: ({ count, users }) => {
        const now = { count: count + 1, users };
        return { state: now, answer: likesOf(now) };
      },
      likeAs: ({ count, users }, user) => {
        const now = { count, users: withUser(users, user) };
        return { state: now, answer: likesOf(now) };
      },
    },
  });

const likesOf = ({ count, users }: { readonly count: number; readonly users: Users }): number =>
  count + users.upTo + users.others.length;

/** A set that several clients change. Timestamps are the callers' own. */
export interface SharedSet {
  /** Answers whether it is there now. */
  readonly add: (element: string, timestamp: number) => boolean;
  /** Answers whether it was there. */
  readonly remove: (element: string, timestamp: number) => boolean;
  readonly has: (element: string) => boolean;
}

/** The set as such: `add` and `remove` are idempotent, each alone. f(f(x)) = f(x), and f(g(f(x))) is not g(f(x)). */
export const plainSet: ServiceMachine<readonly string[]> = serviceMachine<SharedSet, readonly string[]>({
  init: () => [],
  methods: {
    add: (elements, element) => ({
      state: elements.includes(element) ? elements : [...elements, element],
      answer: true,
    }),
    remove: (elements, element) => ({
      state: elements.filter((other) => other !== element),
      answer: elements.includes(element),
    }),
    has: (elements, element) => ({ state: elements, answer: elements.includes(element) }),
  },
});

/** The latest that was said of an element. A removed one stays as a tombstone, so that an older `add` finds it. */
export interface Mark {
  readonly element: string;
  readonly timestamp: number;
  readonly present: boolean;
}

const isPresent = (marks: readonly Mark[], element: string): boolean =>
  marks.some((mark) => mark.element === element && mark.present);

const marked = (marks: readonly Mark[], mark: Mark): readonly Mark[] => {
  const known = marks.find(({ element }) => element === mark.element);
  if (known !== undefined && known.timestamp >= mark.timestamp) return marks;
  return [...marks.filter((other) => other !== known), mark];
};

/** The set with timestamps and tombstones: whatever comes twice or late, the latest wins. */
export const timestampedSet: ServiceMachine<readonly Mark[]> = serviceMachine<SharedSet, readonly Mark[]>({
  init: () => [],
  methods: {
    add: (marks, element, timestamp) => {
      const state = marked(marks, { element, timestamp, present: true });
      return { state, answer: isPresent(state, element) };
    },
    remove: (marks, element, timestamp) => ({
      state: marked(marks, { element, timestamp, present: false }),
      answer: isPresent(marks, element),
    }),
    has: (marks, element) => ({ state: marks, answer: isPresent(marks, element) }),
  },
});
