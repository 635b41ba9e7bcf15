"""What a refresh tells others: a failure, data that are late, a new dip, a broken claim, a new champion."""
