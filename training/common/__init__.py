"""What all trainings share: the loop, the checkpoint, the schedule, the device."""
