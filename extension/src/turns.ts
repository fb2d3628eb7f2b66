export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** One work after the other, in the order they came; one that fails does not stop the next. */
export function oneByOne(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** For what is asked again before it is answered: each asking gets a way to tell whether it is still the newest. */
export function newest(): () => () => boolean {
  let turn = 0;
  return () => {
    const mine = ++turn;
    return () => mine === turn;
  };
}
