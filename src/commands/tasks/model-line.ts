import colors from 'picocolors';

/** Where a trained model is, and the page of its training. */
export const modelLine = (folder: string): string =>
  `${colors.bold('Model')} ${folder}; see ${folder}/report.html`;
