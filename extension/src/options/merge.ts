/** What two people made of the same settings. `taken`: only the other changed it. `conflicts`: both did, to different values. */
export interface Merged<T> { merged: T; taken: (keyof T)[]; conflicts: (keyof T)[] }

/** A three-way merge by field: in a conflict `merged` holds mine until somebody has chosen. */
export function merge<T extends object>(base: T, mine: T, theirs: T): Merged<T> {
  const keys = Object.keys(theirs) as (keyof T)[];
  const taken = keys.filter((key) => mine[key] === base[key] && theirs[key] !== base[key]);
  const conflicts = keys.filter((key) => mine[key] !== base[key] && theirs[key] !== base[key] && mine[key] !== theirs[key]);
  const merged = { ...theirs, ...mine };
  for (const key of taken) merged[key] = theirs[key];
  return { merged, taken, conflicts };
}

/** A form as it stands after `sent` came back as `known`: what was changed in it since it was sent stays. */
export function rebased<T extends object>(form: T, sent: T, known: T): T {
  const typed = (Object.keys(known) as (keyof T)[]).filter((key) => form[key] !== sent[key]);
  return { ...known, ...Object.fromEntries(typed.map((key) => [key, form[key]])) };
}
