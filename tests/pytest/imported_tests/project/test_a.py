from shared import test_shared, TestShared
from shared import test_shared as test_renamed
from shared import helper as test_helper
from shared import Case as TestCaseRenamed
from star import *
def test_own(): pass
