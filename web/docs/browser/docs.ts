// The script of the documentation. Every page is whole without it. Deliberately absent: anything that a page needs to be read.

import './docs.css';
import { startFolds } from './folds';
import { startSamples } from './samples';
import { startSearch } from './search';

startSearch();
startSamples();
startFolds();
