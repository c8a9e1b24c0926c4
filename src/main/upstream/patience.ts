/** What comes of a promise within so many milliseconds; null where nothing has come by then. */
export function within<Result>(
  promise: Promise<Result>,
  milliseconds: number,
  after: (milliseconds: number, action: () => void) => () => void,
): Promise<Result | null> {
  return new Promise((resolve, reject) => {
    const cancel = after(milliseconds, () => {
      resolve(null);
    });
    promise.then(resolve, reject).finally(cancel);
  });
}
