/**
 * Puts a text on the clipboard; false when the system refuses. The app denies its page every permission, the clipboard's
 * too, so the older command, which needs none but a click, is the second way.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  let taken = false;
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
    taken = true;
  };
  document.addEventListener('copy', put, { capture: true, once: true });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to the clipboard without a permission
  const done = document.execCommand('copy');
  document.removeEventListener('copy', put, { capture: true });
  return done && taken;
}
