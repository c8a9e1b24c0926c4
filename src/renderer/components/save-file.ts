/** Hands the person a file, made here of some texts. */
export function saveFile(name: string, type: string, texts: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...texts], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken hold of it by then.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
