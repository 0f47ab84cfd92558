import { Command } from 'commander';
import { initProject } from '../workflows/init-project.js';

/** `clipstep init` */
export function initCommand(): Command {
  return new Command('init')
    .description('make a folder in which to train a model of your own clips')
    .argument('<folder>', 'folder to make; the model gets its name')
    .option('--classes <names...>', 'classes of the clips, a folder each', ['first-class', 'second-class'])
    .action(async (folder: string, { classes }: { classes: string[] }) => {
      await initProject(folder, { classes });
      console.log(
        [
          `${folder} has a folder for the clips of each class (${classes.join(', ')}), a pipeline and a README.`,
          'Put your clips into the folders of their classes, and then:',
          '',
          `  npx clipstep check ${folder}/clips`,
          `  npx clipstep train ${folder}/pipeline.yaml --out ${folder}/model`,
          `  npx clipstep classify new.mp4 --model ${folder}/model`,
        ].join('\n'),
      );
    });
}
