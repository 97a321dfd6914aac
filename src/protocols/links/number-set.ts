/**
 * A set of whole numbers from 0 that is filled almost in order: everything below `next`, and the few in `beyond`. What a
 * receiver remembers of one sender's sequence numbers takes this much room instead of the book's growing set.
 */
export interface NumberSet {
  next: number;
  readonly beyond: number[];
}

/** A set without numbers. */
export const emptyNumberSet = (): NumberSet => ({ next: 0, beyond: [] });

/** Whether a number is in the set. */
export const hasNumber = ({ next, beyond }: NumberSet, number: number): boolean =>
  number < next || beyond.includes(number);

/** Puts a number into the set. */
export const addNumber = (set: NumberSet, number: number): void => {
  if (hasNumber(set, number)) return;
  if (number !== set.next) {
    set.beyond.push(number);
    return;
  }
  set.next++;
  while (set.beyond.includes(set.next)) set.beyond.splice(set.beyond.indexOf(set.next++), 1);
};
