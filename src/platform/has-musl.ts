import * as z from 'zod';

const reportSchema = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

/** Whether this is a Linux with musl in place of glibc, such as Alpine. */
export function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  return reportSchema.parse(process.report.getReport()).header.glibcVersionRuntime === undefined;
}
