"""The built-in fused model: an image encoder taught by CLIP, and the heads that meet texts there.

`teacher` says where pictures lie, `student` learns to say it, `heads` and `learning` make questions
and texts meet them, `finish` calibrates, measures and writes `models/fusion`.
"""
