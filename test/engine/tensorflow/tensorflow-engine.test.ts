import { describe } from 'vitest';
import { tensorflowStatus } from '../../../src/engine/tensorflow/load.js';
import { createTensorflowEngine } from '../../../src/engine/tensorflow/tensorflow-engine.js';
import { describeCalibration } from '../../contracts/calibration.js';
import { describeEndToEndTraining } from '../../contracts/end-to-end-training.js';
import { describeEngine } from '../../contracts/engine.js';
import { describeStandardizedTraining } from '../../contracts/standardized-training.js';
import { describeTraining } from '../../contracts/training.js';

const status = await tensorflowStatus();

describe.skipIf(status.kind === 'unavailable')('where tensorflow is installed', () => {
  describeEngine('tensorflow', createTensorflowEngine);
  describeCalibration('tensorflow', createTensorflowEngine);
  describeEndToEndTraining('tensorflow', createTensorflowEngine);
  describeTraining('tensorflow', createTensorflowEngine);
  describeStandardizedTraining('tensorflow', createTensorflowEngine);
});
